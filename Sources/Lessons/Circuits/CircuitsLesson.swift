import GPT2RandomNumbers

/// The rung circuits: the numbers of Karpathy's "Hacker's guide to Neural Networks".
package struct CircuitsLesson: Sendable {
  package struct Results: Sendable, Encodable {
    package var numbers: [GuideNumber]
    package var search: RandomSearch
    /// The machine from a start drawn at random.
    package var machineStart: [Double]
    package var machine: [SupportVectorMachine.Step]
    /// What is right of six after 400 points from the guide's own start, for seeds from 1 on: how many seeds end so.
    package var rightFromGuidesStart: [Int]
  }

  /// What the guide's machine is said to have right of six, every 25 points.
  package static let printedRight = [2, 2, 3, 3, 2, 3, 3, 3, 3, 4, 4, 5, 6, 6, 6, 6]

  package let results: Results
  package let machine: SupportVectorMachine

  /// - Parameters:
  ///   - searchSeed: By default one that draws, to the four decimals printed, what the guide's browser drew.
  ///   - machineSeed: Of the start, three numbers from −2 to 2, and of the points after it; by default one from which
  ///     the sixteen figures are the guide's.
  package init(searchSeed: UInt32 = 5165, machineSeed: UInt32 = 123_656, iterations: Int = 400) {
    let search = RandomSearch(seed: searchSeed)
    var random = MersenneTwister(key: [machineSeed])
    let start = (0..<3).map { _ in 4 * (random.nextUnit() - 0.5) }
    var machine = SupportVectorMachine(parameters: start)
    let steps = machine.train(iterations: iterations, drawing: &random)
    var ends = [Int](repeating: 0, count: SupportVectorMachine.points.count + 1)
    for seed in 1...1000 as ClosedRange<UInt32> {
      var other = SupportVectorMachine()
      var random = MersenneTwister(key: [seed])
      _ = other.train(iterations: 400, drawing: &random)
      ends[other.right()] += 1
    }
    self.machine = machine
    results = Results(
      numbers: GuideNumber.all(search: search), search: search, machineStart: start, machine: steps,
      rightFromGuidesStart: ends)
  }
}
