import Foundation
import Testing

@testable import GPT2TrainingCore

/// Against the formulas of llm.c's schedulers.h, in double precision.
@Suite struct LearningRateScheduleTests {
  private func schedule(
    _ shape: LearningRateSchedule.Shape, warmUp: Int, steps: Int, final: Float = 0.1
  ) -> LearningRateSchedule {
    LearningRateSchedule(shape: shape, peak: 3e-4, warmUpSteps: warmUp, steps: steps, finalFraction: final)
  }

  @Test func warmUpRisesInEqualStepsToThePeak() {
    for shape in LearningRateSchedule.Shape.allCases {
      let rates = (0..<5).map { schedule(shape, warmUp: 4, steps: 20).rate(at: $0) }
      for (step, rate) in rates.prefix(4).enumerated() {
        #expect(abs(Double(rate) - 3e-4 * Double(step + 1) / 4) < 1e-10)
      }
      #expect(rates[4] == 3e-4)
    }
  }

  @Test(arguments: [0, 3, 10])
  func cosineFallsToItsFinalFraction(warmUp: Int) {
    let steps = 50
    let schedule = schedule(.cosine, warmUp: warmUp, steps: steps)
    for step in warmUp...steps {
      let progress = Double(step - warmUp) / Double(steps - warmUp)
      let expected = 3e-5 + 0.5 * (1 + cos(.pi * progress)) * (3e-4 - 3e-5)
      #expect(abs(Double(schedule.rate(at: step)) - expected) < 1e-9)
    }
    #expect(abs(schedule.rate(at: steps + 7) - 3e-5) < 1e-10)
  }

  @Test func constantStays() {
    let schedule = schedule(.constant, warmUp: 0, steps: 9)
    #expect((0..<12).allSatisfy { schedule.rate(at: $0) == 3e-4 })
  }

  @Test func aWarmUpAsLongAsTheRunNeverDividesByZero() {
    let schedule = schedule(.cosine, warmUp: 8, steps: 8)
    #expect((0...9).allSatisfy { schedule.rate(at: $0).isFinite })
  }
}
