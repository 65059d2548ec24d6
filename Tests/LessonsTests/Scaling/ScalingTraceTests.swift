import Foundation
import GPT2Lessons
import TestSupport
import Testing

/// Against scipy's BFGS, which dev/reference/lessons/scaling.py ran.
@Suite struct ScalingTraceTests {
  private struct Trace: Decodable {
    struct RunSet: Decodable {
      var name: String
      var runs: [Line]
      var fits: [Fit]
    }
    /// A size, its tokens and its loss, or its tokens only.
    struct Line: Decodable {
      var size: String
      var tokens: Int
      var loss: Double

      init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        size = try values.decode(String.self)
        tokens = try values.decode(Int.self)
        loss = values.isAtEnd ? 0 : try values.decode(Double.self)
      }
    }
    struct Fit: Decodable {
      var counted: String
      var alpha: Double
      var beta: Double
      var objective: Double
      var asked: [Line]
      var predicted: [Double]
    }
    var sets: [RunSet]
  }

  private let trace: Trace

  init() throws { trace = try LessonTrace.decode("scaling") }

  private func runs(_ lines: [Trace.Line]) throws -> [ScalingRun] {
    try lines.map { try #require(ScalingRun(size: $0.size, tokens: $0.tokens, loss: $0.loss)) }
  }

  @Test func theSumIsAsLowAndSaysTheSame() throws {
    #expect(trace.sets.map(\.name) == ["webster", "chinchilla"])
    for set in trace.sets {
      let runs = try runs(set.runs)
      for expected in set.fits {
        let kind = try #require(ParameterCounts.Kind(rawValue: expected.counted))
        let fit = ScalingFit(runs, counting: kind)
        #expect(fit.objective <= expected.objective * (1 + 1e-6), "\(set.name) \(expected.counted)")
        #expect(abs(fit.law.alpha / expected.alpha - 1) < 0.01)
        #expect(abs(fit.law.beta / expected.beta - 1) < 0.01)
        for (asked, loss) in zip(try self.runs(expected.asked), expected.predicted) {
          let found = fit.law.loss(parameters: asked.parameters(kind), tokens: Double(asked.tokens))
          #expect(abs(found / loss - 1) < 1e-3, "\(set.name) \(expected.counted) \(asked.size)")
        }
      }
    }
  }

  /// The rung's runs are those that scipy had.
  @Test func theRungHasTheTracesRuns() throws {
    let known = try ScalingRunFile.webster()
    #expect(known.contains { $0.size == "d12" })
    #expect(known.filter { $0.size != "d12" } == (try runs(trace.sets[0].runs)))
  }
}
