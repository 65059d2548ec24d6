import GPT2RandomNumbers
import Testing

/// Expected values: Python 3.11's `random`, and `numpy.random.RandomState` of numpy 2.4.6.
struct PythonDrawsTests {
  @Test func seedsAreTheDigitsOfTheNumber() {
    var twister = MersenneTwister(key: [1337])
    #expect(
      (0..<3).map { _ in twister.nextUnit() } == [
        0.6177528569514706, 0.5332655736050008, 0.36584835924937553,
      ])
    // 2⁷⁰ + 5
    twister = MersenneTwister(key: [5, 0, 64])
    #expect((0..<2).map { _ in twister.nextUnit() } == [0.46679953776226335, 0.4748702691919824])
    twister = MersenneTwister(key: [0])
    for _ in 0..<700 { _ = twister.nextUnit() }
    #expect(twister.nextUnit() == 0.6380736282281027)
  }

  @Test func shufflesAndNormalsAreNumPys() {
    var twister = MersenneTwister(seed: 7)
    var values = Array(0..<20)
    twister.shuffleLikeNumPy(&values)
    #expect(values == [1, 17, 2, 5, 11, 0, 18, 6, 13, 19, 10, 14, 8, 16, 9, 12, 7, 3, 4, 15])
    let normals = (0..<3).flatMap { _ in
      let (first, second) = twister.nextNormalPair()
      return [first, second]
    }
    let expected = [
      -0.014968207048865785, 0.021390674919650247, 0.7487810756231902, -0.08313583236288215,
      0.07072914133141447,
    ]
    #expect(zip(normals, expected).allSatisfy { abs($0 - $1) < 1e-15 })
    #expect((0..<2).map { _ in Int(twister.nextUnit() * 1e6) } == [950_129, 230_302])
  }

  @Test func awkwardShufflesAreSafe() {
    var twister = MersenneTwister(seed: 1)
    var none: [Int] = []
    twister.shuffleLikeNumPy(&none)
    var one = ["a"]
    twister.shuffleLikeNumPy(&one)
    #expect(none.isEmpty && one == ["a"])
    #expect(twister == MersenneTwister(seed: 1))
    #expect((0..<100).allSatisfy { _ in twister.nextInteger(through: 4) <= 4 })
  }
}
