import Foundation
import GPT2Lessons
import TestSupport
import Testing

/// Against automatic differentiation in Python, which dev/reference/lessons/symmetry.py ran.
@Suite struct SymmetryTraceTests {
  private struct Trace: Decodable {
    struct Run: Decodable {
      var seed: UInt32
      var start: [Double]
      var errors: [Double]
      var firstGradient: [Double]
      var parameters: [Double]
      var sweeps: Int?
    }
    var limit: Int
    var runs: [Run]
  }

  private let trace: Trace

  init() throws { trace = try LessonTrace.decode("symmetry") }

  @Test func runsAreThose() {
    #expect(trace.runs.count == 4)
    for expected in trace.runs {
      let start = SymmetryNetwork(seed: expected.seed)
      #expect(Closeness.error(of: start.parameters, against: expected.start) < 1e-15)
      var training = SymmetryTraining(start)
      var errors: [Double] = []
      let isLearnt = training.run(limit: trace.limit) { sweep, error, _ in
        if sweep.isMultiple(of: 100) { errors.append(error) }
      }
      #expect(isLearnt == (expected.sweeps != nil))
      #expect(training.sweeps == expected.sweeps ?? trace.limit)
      #expect(Closeness.error(of: errors, against: expected.errors) < 1e-8)
      #expect(Closeness.error(of: training.network.parameters, against: expected.parameters) < 1e-7)
    }
  }

  /// The first change is −ε ∂E/∂p.
  @Test func theFirstChangeIsTheGradient() throws {
    for expected in trace.runs {
      var training = SymmetryTraining(SymmetryNetwork(seed: expected.seed))
      _ = training.run(limit: 1)
      let change = zip(training.network.parameters, expected.start).map { ($1 - $0) / 0.1 }
      #expect(Closeness.error(of: change, against: expected.firstGradient) < 1e-13)
    }
  }

  /// What the paper says of its network, of the first that learns here.
  @Test func itFindsThePapersSolution() throws {
    let lesson = try SymmetryLesson(seeds: 2, limit: 1000)
    #expect(lesson.results.sweeps == [942] && lesson.results.shownSeed == 1)
    let weights = lesson.results.weights
    #expect(weights.areOpposite)
    #expect(weights.asymmetry < 0.01)
    for (ratio, expected) in zip(weights.ratios, [1.0, 2, 4]) { #expect(abs(ratio - expected) < 0.1) }
    let network = lesson.network
    #expect(network.bias(of: 0) < 0 && network.bias(of: 1) < 0 && network.outputBias > 0)
    for (vector, target) in zip(SymmetryNetwork.vectors, SymmetryNetwork.targets) {
      #expect(abs(network.output(for: vector) - target) < 0.1)
    }
    // Each of the eight halves has a sum of its own.
    let halves = (0..<8).map { number in (0..<3).map { Double(number >> $0 & 1) } + [0, 0, 0] }
    let sums = halves.map { network.sum(of: 0, for: $0) }.sorted()
    #expect(zip(sums, sums.dropFirst()).allSatisfy { $1 - $0 > 1 })
  }

  @Test func eightVectorsAreSymmetrical() {
    #expect(SymmetryNetwork.vectors.count == 64 && Set(SymmetryNetwork.vectors).count == 64)
    let symmetrical = zip(SymmetryNetwork.vectors, SymmetryNetwork.targets).filter { $1 == 1 }.map(\.0)
    #expect(symmetrical.count == 8)
    #expect(symmetrical.allSatisfy { $0[0] == $0[5] && $0[1] == $0[4] && $0[2] == $0[3] })
  }

  @Test func noneThatLearnsIsAnError() {
    #expect(throws: SymmetryError.self) { try SymmetryLesson(seeds: 2, limit: 10) }
  }
}
