import ArgumentParser
import GPT2Lessons
import GPT2Terminal

struct CircuitsCommand: Rung {
  static let original = LadderIndex.Original(
    "Karpathy's \"Hacker's guide to Neural Networks\"", at: "https://karpathy.github.io/neuralnets/")
  static let sources = "Circuits"

  static let configuration = CommandConfiguration(
    commandName: "circuits",
    abstract: "Gates of real numbers: random search, numerical and analytic gradients, a linear classifier.",
    discussion: """
      Computes every number of Karpathy's "Hacker's guide to Neural Networks" beside the one that it prints: three ways \
      to make x times y rise, backpropagation through two gates and through a sigmoid neuron, and a support vector \
      machine on six points. With --output it draws them.

        ladder circuits --output lessons/circuits
        ladder circuits --seed 3
      """)

  @Option(
    name: .shortAndLong,
    help: "Seed of search and machine; by default 5165 and 123656, which draw as the guide's browser did.")
  var seed: UInt32?

  @Option(help: "Points that the machine learns from, one at a time.")
  var points = 400

  @OptionGroup var options: RungOptions

  func validate() throws { try points.check("--points", in: 1...1_000_000) }

  func climb() throws {
    let lesson = CircuitsLesson(
      searchSeed: seed ?? 5165, machineSeed: seed ?? 123_656, iterations: points)
    try options.finish(lesson.results, lines: lines(lesson)) { lesson.gallery }
  }

  private func lines(_ lesson: CircuitsLesson) -> [String] {
    let results = lesson.results
    let steps = results.machine.map { step in
      "machine: training accuracy at iteration \(step.iteration): \(step.right) of 6"
    }
    let ends = results.rightFromGuidesStart.enumerated().filter { $1 > 0 }.map {
      "\($1) end with \($0) right"
    }
    let count = results.rightFromGuidesStart.reduce(0, +)
    let agreeing = results.numbers.count(where: \.agrees)
    return [lesson.table] + steps + [
      "machine: from the guide's start, of \(count) orders of points " + ends.joined(separator: ", "),
      "\(agreeing) of the guide's \(results.numbers.count) numbers as it prints them",
    ]
  }
}
