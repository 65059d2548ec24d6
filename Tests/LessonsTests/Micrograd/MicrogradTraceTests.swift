import Foundation
import GPT2Lessons
import TestSupport
import Testing

/// Against what the two originals printed; dev/reference/lessons/micrograd.py ran them.
@Suite struct MicrogradTraceTests {
  private struct Trace: Decodable {
    struct Moons: Decodable {
      var points: [[Double]]
      var firstWeights: [Double]
      var losses: [Double]
      var accuracies: [Double]
    }
    struct YinYang: Decodable {
      var points: [[Double]]
      var trainingLosses: [Double]
      var validationLosses: [Double]
    }
    var moons: Moons
    var yinYang: YinYang
  }

  private let trace: Trace

  init() throws {
    trace = try LessonTrace.decode("micrograd")
  }

  @Test func moonsAreKarpathys() {
    let moons = Moons(seed: 1337)
    let expected = trace.moons
    let points: [Double] = moons.points.flatMap { [$0.x, $0.y, $0.isLower ? 1.0 : -1] }
    #expect(moons.points.count == expected.points.count)
    #expect(Closeness.error(of: points, against: Array(expected.points.joined())) < 1e-15)
    #expect(moons.network.parameters.prefix(6).map(\.data) == expected.firstWeights)

    let steps = moons.train(steps: 100)
    #expect(expected.losses.count == 100)
    for (step, (loss, accuracy)) in zip(steps, zip(expected.losses, expected.accuracies)) {
      #expect(abs(step.loss - loss) < 1e-6)
      #expect(abs(step.accuracy * 100 - accuracy) < 1e-9)
    }
  }

  @Test func yinYangIsEurekas() {
    let yinYang = YinYang(seed: 42)
    let points = (yinYang.training + yinYang.validation + yinYang.test).map {
      [$0.x, $0.y, Double($0.label.rawValue)]
    }
    #expect(points == trace.yinYang.points)

    let steps = yinYang.train(steps: 100)
    #expect(trace.yinYang.trainingLosses.count == 100 && steps.count == 100)
    for (step, loss) in zip(steps, trace.yinYang.trainingLosses) { #expect(abs(step.loss - loss) < 1e-6) }
    let validation = steps.compactMap(\.validationLoss)
    #expect(validation.count == trace.yinYang.validationLosses.count)
    for (loss, expected) in zip(validation, trace.yinYang.validationLosses) {
      // Printed with six decimals.
      #expect(abs(loss - expected) < 0.6e-6)
    }
  }

  @Test func otherSeedsDrawOtherPoints() {
    #expect(Moons(seed: 1).points[0].x != Moons(seed: 2).points[0].x)
    #expect(YinYang(seed: 1).training[0].x != YinYang(seed: 2).training[0].x)
  }
}
