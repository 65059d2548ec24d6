import GPT2RandomNumbers
import Testing

/// Two references: llm.c's `llmc/rand.h` (gcc -O1, glibc 2.36) and PyTorch 2.15 (`torch.manual_seed(42)`,
/// `torch.zeros(n).normal_(0, 0.02)`, AVX2 kernels).
///
/// On the machine that printed llm.c's the bits agree; another C library may round logf, cosf or sinf otherwise,
/// which the tolerances below leave room for. PyTorch's vector kernels differ from llm.c's
/// by up to 1.2e-6 standard deviations in 1,000 values and 2.5e-6 in ten million.
struct FillTests {
  private func normal(_ count: Int, seed: UInt32 = 42, mean: Float = 0, deviation: Float = 0.02)
    -> (values: [Float], next: UInt32)
  {
    var twister = MersenneTwister(seed: seed)
    var values = [Float](repeating: .nan, count: count)
    values.withUnsafeMutableBufferPointer {
      twister.fillNormal($0, mean: mean, standardDeviation: deviation)
    }
    return (values, twister.nextUInt32())
  }

  private func distance(_ values: [Float], _ expected: [Float]) -> Float {
    zip(values, expected).map { abs($0 - $1) }.max() ?? .infinity
  }

  /// The numbers printed in `rand.h`, drawn one after the other from one generator.
  @Test func vectorsOfRandH() {
    var twister = MersenneTwister(seed: 137)
    for _ in 0..<5 { _ = twister.nextUInt32() }
    var few = [Float](repeating: 0, count: 8)
    few.withUnsafeMutableBufferPointer { twister.fillNormal($0, mean: 0, standardDeviation: 1) }
    let expectedFew: [Float] = [
      0.7947664260864258, 1.4369317293167114, -0.2292192131280899, 0.47556325793266296,
      -0.6334410905838013, -0.5791953802108765, -0.0925704762339592, -0.8659197092056274,
    ]
    #expect(distance(few, expectedFew) <= 2.5e-6)
    #expect(twister.nextUInt32() == 2_186_503_452)

    var block = [Float](repeating: 0, count: 16)
    block.withUnsafeMutableBufferPointer { twister.fillNormal($0, mean: 0, standardDeviation: 1) }
    let expectedBlock: [Float] = [
      -1.2813878059387207, -2.646395683288574, -0.06569503247737885, 0.2180829495191574,
      -0.46536165475845337, -0.33108410239219666, 2.5485482215881348, 0.10425379872322083,
      0.8460659980773926, 0.9462448358535767, -0.2913765013217926, 0.34313806891441345,
      -1.1186704635620117, -0.18305328488349915, -2.3153159618377686, 0.3961987793445587,
    ]
    #expect(distance(block, expectedBlock) <= 2.5e-6)
    #expect(twister.nextUInt32() == 2_756_748_748)
  }

  /// llm.c's first and last value and the draw that follows, which shows how many were used.
  @Test(
    arguments: [
      (1, 0x3bdc_a749, 0x3bdc_a749, 3_143_890_026), (3, 0x3bdc_a749, 0x3b99_a843, 670_094_950),
      (15, 0x3bdc_a749, 0xbca2_07fd, 1_306_710_475), (16, 0x3d1d_da56, 0x3c79_d68e, 2_581_769_315),
      (17, 0x3d1d_da56, 0xbbca_fb8e, 2_627_030_329), (31, 0x3d1d_da56, 0xbcca_491d, 999_745_294),
      (40, 0x3d1d_da56, 0xbcd2_bbca, 2_544_401_215), (1000, 0x3d1d_da56, 0xbc8b_d479, 4_079_359_569),
      (100_000, 0x3d1d_da56, 0xbc97_2a26, 3_638_853_384),
    ] as [(Int, UInt32, UInt32, UInt32)])
  func normalNumbersAreThoseOfC(count: Int, first: UInt32, last: UInt32, next: UInt32) {
    let (values, following) = normal(count)
    let ends = [Float(bitPattern: first), Float(bitPattern: last)]
    #expect(distance([values[0], values[count - 1]], ends) <= 4e-9)
    #expect(following == next)
  }

  @Test func fewWithAMean() {
    let (values, _) = normal(3, mean: 0.5)
    #expect(distance(values, [0x3f01_b94f, 0x3f00_a8d5, 0x3f01_3351].map(Float.init(bitPattern:))) <= 6e-8)
  }

  @Test(arguments: [FillFacts.torch17, FillFacts.torch40])
  func normalNumbersAreCloseToPyTorchs(expected: [Float]) {
    let (values, _) = normal(expected.count)
    #expect(values.count == expected.count)
    #expect(distance(values, expected) <= 0.02 * 2.5e-6)
  }

  @Test func momentsOfManyNormalNumbers() {
    let (values, _) = normal(100_000, mean: 3, deviation: 2)
    let mean = values.reduce(0.0) { $0 + Double($1) } / 100_000
    let variance = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / 100_000
    #expect(abs(mean - 3) < 0.02)
    #expect(abs(variance - 4) < 0.08)
  }

  @Test func uniformNumbers() {
    var twister = MersenneTwister(seed: 42)
    var values = [Float](repeating: .nan, count: 1000)
    values.withUnsafeMutableBufferPointer { twister.fillUniform($0, from: -2, to: 3) }
    #expect((values[0], values[999]) == (2.41134644, -1.85171497))
    #expect(values.allSatisfy { -2 <= $0 && $0 < 3 })
    #expect(twister.nextUInt32() == 2_998_581_749)
  }

  @Test func emptyBuffersDrawNothing() {
    var twister = MersenneTwister(seed: 42)
    let empty = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
    twister.fillNormal(empty, mean: 0, standardDeviation: 1)
    twister.fillUniform(empty, from: 0, to: 1)
    #expect(twister == MersenneTwister(seed: 42))
  }
}
