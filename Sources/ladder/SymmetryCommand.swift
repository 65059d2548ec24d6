import ArgumentParser
import GPT2Lessons
import GPT2Terminal

struct SymmetryCommand: Rung {
  static let original = LadderIndex.Original(
    "Rumelhart, Hinton and Williams 1986", at: "https://doi.org/10.1038/323533a0")
  static let sources = "Symmetry"

  static let configuration = CommandConfiguration(
    commandName: "symmetry",
    abstract: "Two hidden units find out when six bits are symmetrical, as in the paper of 1986.",
    discussion: """
      Repeats the first experiment of Rumelhart, Hinton and Williams' "Learning representations by back-propagating \
      errors": 64 vectors of six bits, two hidden units, rate 0.1, momentum 0.9, weights from ±0.3; from many starts, \
      counting the sweeps. With --output it draws the learnt network as the paper does.

        ladder symmetry --output lessons/symmetry
        ladder symmetry --seeds 20 --limit 50000
      """)

  @Option(help: "Starts to train from.")
  var seeds = 200

  @Option(help: "Sweeps through the 64 vectors after which a start is given up.")
  var limit = 10_000

  @OptionGroup var options: RungOptions

  func validate() throws {
    try seeds.check("--seeds", in: 1...100_000)
    try limit.check("--limit", in: 1...10_000_000)
  }

  func climb() throws {
    var progress = ProgressLine()
    let lesson = try SymmetryLesson(seeds: seeds, limit: limit) { done in
      progress.show(Progress(done: Double(done) / Double(seeds)).saying("start \(done) of \(seeds)"))
    }
    progress.clear()
    try options.finish(lesson.results, lines: lines(lesson)) { lesson.gallery }
  }

  private func lines(_ lesson: SymmetryLesson) -> [String] {
    let results = lesson.results
    let shares = [(0.1, "a tenth"), (0.25, "a quarter"), (0.5, "half"), (0.75, "three quarters")]
    let rows = (0..<2).map { unit in
      let weights = lesson.network.weights(of: unit).map { Numbers.fixed($0, 2) }.joined(separator: " ")
      return
        "hidden unit \(unit + 1): weights \(weights), bias \(Numbers.fixed(lesson.network.bias(of: unit), 2))"
    }
    let out = lesson.network.outputWeights.map { Numbers.fixed($0, 2) }.joined(separator: " ")
    let nearSweeps = results.shownSweeps.dropFirst().first
    let near = nearSweeps.map { "within 0.1 after \($0)" } ?? "not within 0.1 after twenty times as many"
    return [
      "\(results.sweeps.count) of \(results.runs.count) starts learnt within \(results.limit) sweeps"
    ]
      + shares.map { "\($1) of them within \(results.quantile($0)) sweeps" }
      + [
        "the paper's network: \(SymmetryLesson.printedSweeps) sweeps",
        "seed \(results.shownSeed): right after \(results.shownSweeps[0]) sweeps, \(near)",
      ] + rows + [
        "output: weights \(out), bias \(Numbers.fixed(lesson.network.outputBias, 2))",
        "ratios " + results.weights.ratios.map { Numbers.fixed($0, 2) }.joined(separator: " : "),
      ]
  }
}
