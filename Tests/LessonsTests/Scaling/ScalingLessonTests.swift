import Foundation
import TestSupport
import Testing

@testable import GPT2Lessons

@Suite struct ScalingLessonTests {
  /// Runs that the paper's law made, of d2 to d6 and d12, without noise unless some is asked for.
  private func runs(noise: Double = 0) throws -> [ScalingRun] {
    try [2, 3, 4, 5, 6, 12].flatMap { depth in
      try [1e6, 1e7, 1e8, 1e9].enumerated().map { index, tokens in
        let bare = try #require(ScalingRun(size: "d\(depth)", tokens: Int(tokens), loss: 1))
        let sign = (depth + index).isMultiple(of: 2) ? 1.0 : -1
        let loss = ScalingLaw.chinchilla.loss(parameters: Double(bare.parameters), tokens: tokens)
        return try #require(
          ScalingRun(size: bare.size, tokens: bare.tokens, loss: loss * (1 + sign * noise)))
      }
    }
  }

  private func settings(resamples: Int = 20) -> ScalingLesson.Settings {
    var settings = ScalingLesson.Settings()
    settings.resamples = resamples
    return settings
  }

  /// 124,439,808 as llm.c prints it; 85,056,000 are 12 layers of 12·768² + 13·768, and the last norm.
  @Test func parametersAreCounted() throws {
    let small = try #require(ParameterCounts(of: "d12", vocabularySize: 50257))
    #expect(small.all == 124_439_808 && small.layers == 85_056_000)
    #expect(ParameterCounts(of: "d12", vocabularySize: 50304)?.all == 124_439_808 + 47 * 768)
    #expect(ParameterCounts(of: "d13", vocabularySize: 50257) == nil)
    #expect(ParameterCounts(of: "d12", vocabularySize: 0) == nil)
  }

  /// Chinchilla itself: 70 billion parameters and 1.4 trillion tokens, by a desk calculator.
  @Test func theLawIsThePapers() {
    let law = ScalingLaw.chinchilla
    #expect(abs(law.loss(parameters: 70e9, tokens: 1.4e12) - (1.69 + 0.083487 + 0.163158)) < 1e-5)
  }

  @Test(arguments: [1e17, 5.76e23]) func theBestUseOfAComputeIsNextToNoBetterOne(operations: Double) {
    let law = ScalingLaw.chinchilla
    let best = law.optimum(operations: operations)
    #expect(abs(6 * best.parameters * best.tokens / operations - 1) < 1e-12)
    let loss = law.loss(parameters: best.parameters, tokens: best.tokens)
    for factor in [0.9, 0.99, 1.01, 1.1] {
      #expect(law.loss(parameters: best.parameters * factor, tokens: best.tokens / factor) > loss)
    }
  }

  /// Then all laws agree, however the runs are drawn.
  @Test func whatLiesOnALawFindsIt() throws {
    let lesson = try ScalingLesson(runs(), settings())
    let law = lesson.results.fits[0].law
    #expect(abs(exp(law.logE) - 1.69) < 1e-3)
    #expect(abs(law.alpha - 0.34) < 1e-3 && abs(law.beta - 0.28) < 1e-3)
    #expect(lesson.results.fits[0].largestError < 1e-5)
    #expect(lesson.results.fitted == 20)
    #expect(lesson.results.heldOut.map(\.tokens) == [1e6, 1e7, 1e8, 1e9])
    for prediction in lesson.results.heldOut {
      let measured = try #require(prediction.measured)
      #expect(prediction.size == "d12" && abs(prediction.loss / measured - 1) < 1e-3)
      #expect(abs(prediction.high / prediction.low - 1) < 0.02)
    }
    #expect(lesson.results.trials.map(\.runs) == [4, 5])
    for trial in lesson.results.trials { #expect(trial.largestError < 1e-3, "\(trial.name)") }
    let far = try #require(lesson.results.target.last)
    #expect(far.tokens == 18_865 * 524_288 && far.size == "d12")
    #expect(far.operations == 6 * 124_439_808 * far.tokens)
    let known = ScalingLaw.chinchilla.loss(parameters: 124_439_808, tokens: far.tokens)
    #expect(abs(far.loss / known - 1) < 1e-3)
  }

  /// What is not known is said to be so: far away the laws differ more than near.
  @Test func noiseWidensWhatIsFar() throws {
    let lesson = try ScalingLesson(runs(noise: 0.01), settings(resamples: 40))
    func width(_ prediction: ScalingLesson.Prediction) -> Double { prediction.high / prediction.low - 1 }
    let near = try #require(lesson.results.heldOut.dropFirst().first)
    let far = try #require(lesson.results.target.last)
    #expect(width(far) > 2 * width(near) && width(near) > 0)
    #expect(near.low <= near.loss && near.loss <= near.high)
  }

  @Test func theSameSeedDrawsTheSame() throws {
    let noisy = try runs(noise: 0.01)
    #expect(try ScalingLesson(noisy, settings()).laws == ScalingLesson(noisy, settings()).laws)
    var other = settings()
    other.seed = 2
    #expect(try ScalingLesson(noisy, settings()).laws != ScalingLesson(noisy, other).laws)
  }

  /// The nearest rank, of the numbers 1 to 200: 10 and 190.
  @Test func nineTenthsAreBetweenTheirRanks() {
    let range = ScalingLesson.range(of: (1...200).reversed().map(Double.init))
    #expect(range.low == 10 && range.high == 190)
    #expect(ScalingLesson.range(of: [3]) == (3, 3))
    #expect(ScalingLesson.range(of: []).low.isNaN)
  }

  @Test func seedsAreComparedWhereTheyAloneDiffer() throws {
    let lines = [("d2", 10, 4.0), ("d2", 10, 4.1), ("d3", 10, 3.0), ("d2", 20, 2.0)]
    let runs = try lines.map { try #require(ScalingRun(size: $0.0, tokens: $0.1, loss: $0.2)) }
    let spread = try #require(ScalingLesson.spread(runs))
    #expect(abs(spread - 0.025) < 1e-12)
    #expect(ScalingLesson.spread(Array(runs[2...])) == nil)
  }

  /// Two sizes, two amounts, and five runs; and a size that there is not.
  @Test func tooLittleIsRefused() throws {
    let all = try runs()
    let parts = [
      all.filter { $0.parameters < all[8].parameters }, all.filter { $0.tokens < 100_000_000 },
      Array(all.prefix(4)) + all[4...4],
    ]
    for part in parts {
      #expect(throws: ScalingError.self) { try ScalingLesson(part, settings()) }
    }
    var strange = settings()
    strange.target = "d13"
    #expect(throws: ScalingError.unknownSize("d13")) { try ScalingLesson(all, strange) }
  }

  /// Whatever is drawn has a law, also runs of one size, or all the same.
  @Test func runsThatAreAlikeHaveALawToo() throws {
    let all = try runs()
    for part in [Array(all.prefix(4)), Array(all.prefix(1)), [all[0], all[0], all[0]]] {
      let law = ScalingFit(part, counting: .all).law
      let loss = law.loss(parameters: 1e8, tokens: 1e9)
      #expect(loss.isFinite && loss > 0)
    }
  }
}
