import Foundation
import GPT2Lessons
import GPT2RandomNumbers
import TestSupport
import Testing

/// Against plain Python, which dev/reference/lessons/circuits.py ran, and against what the guide prints.
@Suite struct CircuitsTraceTests {
  private struct Trace: Decodable {
    struct Neuron: Decodable {
      var inputs: [Double]
      var output: Double
      var gradients: [Double]
    }
    struct Machine: Decodable {
      var seed: UInt32
      var start: [Double]
      var right: [Int]
      var parameters: [[Double]]
      var end: Int
    }
    /// Seed, x, y, x · y.
    var searches: [[Double]]
    var neurons: [Neuron]
    var machines: [Machine]
    var rightFromGuidesStart: [Int]
  }

  private let trace: Trace

  init() throws { trace = try LessonTrace.decode("circuits") }

  @Test func searchesAreThose() {
    #expect(trace.searches.count == 4)
    for expected in trace.searches {
      let best = RandomSearch(seed: UInt32(expected[0])).best
      #expect([best.x, best.y, best.output] == Array(expected[1...]))
    }
  }

  @Test func neuronsAreThose() {
    #expect(trace.neurons.count == 5)
    for expected in trace.neurons {
      let values = Circuit.neuron.forward(expected.inputs)
      #expect(abs((values.last ?? .nan) - expected.output) < 1e-15)
      let gradients = Array(Circuit.neuron.backward(values).prefix(5))
      #expect(Closeness.error(of: gradients, against: expected.gradients) < 1e-14)
    }
  }

  @Test func machinesAreThose() {
    #expect(trace.machines.count == 2)
    for expected in trace.machines {
      let lesson = CircuitsLesson(machineSeed: expected.seed)
      #expect(Closeness.error(of: lesson.results.machineStart, against: expected.start) < 1e-15)
      #expect(lesson.results.machine.map(\.right) == expected.right)
      let parameters: [Double] = lesson.results.machine.flatMap(\.parameters)
      #expect(Closeness.error(of: parameters, against: Array(expected.parameters.joined())) < 1e-13)
      #expect(lesson.machine.right() == expected.end)
      #expect(lesson.results.rightFromGuidesStart == trace.rightFromGuidesStart)
    }
  }

  /// By their names, as the guide's text says them, with those in which it is off.
  @Test func theGuidesNumbers() {
    let lesson = CircuitsLesson()
    let numbers = lesson.results.numbers
    #expect(numbers.count == 54)
    #expect(
      numbers.filter { !$0.agrees }.map(\.printed) == ["-1", "0.006", "0.0475", "0.8825"])
    #expect(numbers.allSatisfy { $0.agrees || $0.remark != nil })
    // It prints accuracies, which the sixths are.
    let printed = [
      0.3333333333333333, 0.3333333333333333, 0.5, 0.5, 0.3333333333333333, 0.5, 0.5, 0.5, 0.5,
      0.6666666666666666, 0.6666666666666666, 0.8333333333333334, 1, 1, 1, 1,
    ]
    #expect(lesson.results.machine.map { Double($0.right) / 6 } == printed)
    #expect(CircuitsLesson.printedRight.map { Double($0) / 6 } == printed)
  }

  /// Why the guide's sixteen figures cannot be from the start that it shows.
  @Test func theGuidesStartHasFourRight() {
    for point in SupportVectorMachine.points {
      var machine = SupportVectorMachine()
      #expect(machine.right() == 4)
      machine.learn(point)
      #expect(machine.right() == 4)
    }
  }

  @Test func aNumberIsRoundedAsItIsPrinted() {
    let numbers = CircuitsLesson(searchSeed: 3).results.numbers
    #expect(numbers.count { !$0.agrees } == 7, "three more, of the search")
    #expect(numbers.first { $0.printed == "-1.9928" }?.agrees == false)
  }
}
