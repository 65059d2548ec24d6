import ArgumentParser
import GPT2Lessons
import GPT2Terminal
import GPT2Transformer

struct ScalingCommand: Rung {
  static let original = LadderIndex.Original(
    "Hoffmann and others 2022", at: "https://arxiv.org/abs/2203.15556")
  static let sources = "Scaling"

  static let configuration = CommandConfiguration(
    commandName: "scaling",
    abstract: "The law that losses of small models follow, and what it says of 124M.",
    discussion: """
      Fits L(N, D) = E + A/N^α + B/D^β to what models of two to six layers came to, as the paper on Chinchilla does, and \
      predicts a larger one from it; with the errors of predictions that can be checked.

        ladder scaling --output lessons/scaling

      Without --runs they are of Webster's dictionary, and were trained in an hour and a half. dev/curves/sizes.sh trains others, \
      on any text, and writes a file of them:

        dev/curves/sizes.sh .build/release/gpt2 book.txt runs/sizes
        ladder scaling --runs runs/sizes/runs.txt
      """)

  @Option(help: "Runs to fit: a size, its tokens and its loss on each line.", completion: .file())
  var runs: String?

  @Option(help: "Sizes that are not fitted but predicted, with commas between.")
  var holdOut = "d12"

  @Option(help: "The size to predict.")
  var target = "d12"

  @Option(
    help:
      "Tokens to predict it for; may be repeated. If not given, 100 million, a billion and llm.c's 9.9 billion."
  )
  var tokens: [Int] = []

  @Option(
    help:
      "With --runs: tokens of their vocabulary, which a size's parameters depend on; GPT-2's if not given.")
  var vocabularySize: Int?

  @Option(help: "Fits to runs drawn anew, for the ranges.")
  var resamples = 200

  @Option(name: .shortAndLong, help: "Of these draws.")
  var seed: UInt32 = 1

  @OptionGroup var options: RungOptions

  func validate() throws {
    try resamples.check("--resamples", in: 20...10_000)
    guard runs != nil || vocabularySize == nil else {
      throw ValidationError("--vocabulary-size was given without --runs, whose vocabulary it is of.")
    }
    try vocabularySize?.check("--vocabulary-size", in: 1...(1 << 24))
    for count in tokens { try count.check("--tokens", in: 1...1_000_000_000_000_000) }
  }

  func climb() throws {
    var settings = ScalingLesson.Settings()
    settings.heldOut = Set(holdOut.split(separator: ",").map(String.init))
    settings.target = target
    if !tokens.isEmpty { settings.targetTokens = tokens.map(Double.init) }
    if let vocabularySize { settings.vocabularySize = vocabularySize }
    settings.resamples = resamples
    settings.seed = seed
    let known =
      try runs.map { try ScalingRunFile.read($0, vocabularySize: settings.vocabularySize) }
      ?? ScalingRunFile.webster()
    var progress = ProgressLine()
    let begin = ContinuousClock.now
    let lesson = try ScalingLesson(known, settings) { done in
      // Most fits are done before there is anything to wait for.
      guard ContinuousClock.now - begin > .seconds(1) else { return }
      progress.show(Progress(done: Double(done) / Double(resamples)).saying("fit \(done) of \(resamples)"))
    }
    progress.clear()
    try options.finish(lesson.results, lines: lesson.lines) { lesson.gallery }
  }
}
