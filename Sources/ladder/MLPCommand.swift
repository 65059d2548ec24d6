import ArgumentParser
import GPT2BinaryFiles
import GPT2Lessons
import GPT2Terminal

struct MLPCommand: Rung {
  static let original = LadderIndex.Original(
    "EurekaLabsAI/mlp", at: "https://github.com/EurekaLabsAI/mlp")
  static let sources = "NeuralNGram"

  static let configuration = CommandConfiguration(
    commandName: "mlp",
    abstract: "Bengio's MLP on names, beside counting the same contexts.",
    discussion: """
      Three letters predict the fourth: an embedding of each, one hidden layer of tanh, a softmax; forward and backward \
      by hand on the kernels of the 124M. It draws the numbers of EurekaLabsAI/mlp, and has its losses. Then an n-gram \
      model counts the same contexts, and both say what comes next: where is computing better than counting?

        ladder mlp
        ladder mlp --output lessons/mlp --context .ma --context xzy
        ladder mlp --steps 2000 --json

      In contexts, and in what is printed, a dot is the end of a name.

      --reference holds every loss against a trace of the original (dev/reference/lessons/mlp.py wrote \
      Tests/Fixtures/lessons/mlp.json). Exit code 1: one is further from it than 0.0001.
      """)

  @Option(help: "Directory of train.txt, val.txt and test.txt, with a name a line.", completion: .directory)
  var data = "data/names"

  @Option(help: "Updates of the parameters.")
  var steps = 50_000

  @Option(help: "Contexts an update.")
  var batchSize = 128

  @Option(name: .shortAndLong, help: "At the first step; it falls to 0 along a cosine.")
  var learningRate = 7e-4

  @Option(help: "Letters that predict the next: 1 to 4.")
  var contextLength = 3

  @Option(help: "Numbers a letter becomes.")
  var embeddingSize = 48

  @Option(help: "Hidden units.")
  var hiddenSize = 512

  @Option(help: "What counting adds to each count.")
  var smoothing = 0.1

  @Option(help: "A context to show; as often as wanted. If none, those with the largest differences.")
  var context: [String] = []

  @Option(name: .shortAndLong, help: "Of the initial parameters, not 0.")
  var seed: UInt64 = 1337

  @Option(help: "Of the names that are drawn in the end, not 0.")
  var samplingSeed: UInt64 = 42

  @Option(
    help: "A trace of the original to hold all losses against.", completion: .file(extensions: ["json"]))
  var reference: String?

  @OptionGroup var options: RungOptions
  @OptionGroup var threading: ThreadOptions

  func validate() throws {
    try steps.check("--steps", in: 1...10_000_000)
    try batchSize.check("--batch-size", in: 1...65_536)
    try contextLength.check("--context-length", in: 1...4)
    try embeddingSize.check("--embedding-size", in: 1...4096)
    try hiddenSize.check("--hidden-size", in: 1...65_536)
    guard learningRate.isFinite, learningRate > 0 else {
      throw ValidationError("--learning-rate is \(learningRate), expected a number above 0.")
    }
    guard smoothing.isFinite, smoothing > 0 else {
      throw ValidationError("--smoothing is \(smoothing), expected a number above 0.")
    }
    guard seed != 0, samplingSeed != 0 else { throw ValidationError("A seed is 0, expected 1 or more.") }
    for context in context where context.count != contextLength {
      throw ValidationError("--context '\(context)' has \(context.count) letters, expected \(contextLength).")
    }
  }

  func climb() throws {
    let lesson = lesson
    let trace = try reference.map { try NeuralNGramTrace(contentsOf: $0) }
    let texts = try NameTexts(directory: data, least: lesson.leastLetters)
    guard texts.vocabulary.tokens(lesson.prompt) != nil else {
      throw FileError(
        data + "/train.txt",
        .mismatch(
          found: "no name with some of the letters of 'richard'", expected: "all of them",
          advice: "the names that are drawn begin with it; use more names"))
    }
    let contexts = try context.map { try tokens(of: $0, texts.vocabulary) }
    try trace.map { try check($0, lesson, texts) }
    var progress = ProgressLine()
    let results = try lesson.run(on: texts, workers: threading.workers) { evaluation in
      progress.show(
        Progress(done: Double(evaluation.step) / Double(steps)).saying("step \(evaluation.step)/\(steps)")
          .saying("validation loss \(Numbers.fixed(evaluation.validationLoss, 4))"))
    }
    progress.clear()
    let difference = trace.map { $0.largestDifference(from: results.evaluations, testLoss: results.testLoss) }
    let printer = MLPPrinter(results: results, contexts: contexts, difference: difference)
    try options.finish(printer.summary, lines: printer.lines) { results.gallery(contexts: contexts) }
    if let difference, difference > 1e-4 { throw Exit.checkFailed }
  }

  private var lesson: NeuralNGramLesson {
    var lesson = NeuralNGramLesson()
    lesson.contextLength = contextLength
    lesson.embeddingSize = embeddingSize
    lesson.hiddenSize = hiddenSize
    lesson.settings.steps = steps
    lesson.settings.batchSize = batchSize
    lesson.settings.learningRate = learningRate
    lesson.seed = seed
    lesson.samplingSeed = samplingSeed
    lesson.smoothing = smoothing
    return lesson
  }

  private func tokens(of context: String, _ vocabulary: LetterVocabulary) throws -> [Int] {
    guard let tokens = vocabulary.tokens(context.replacing(".", with: "\n")) else {
      throw ValidationError("--context '\(context)' has letters that the names have not.")
    }
    return tokens
  }

  /// Losses of other settings could only differ.
  private func check(_ trace: NeuralNGramTrace, _ lesson: NeuralNGramLesson, _ texts: NameTexts) throws {
    let shape = NeuralNGramShape(
      vocabularySize: texts.vocabulary.count, contextLength: contextLength, embeddingSize: embeddingSize,
      hiddenSize: hiddenSize)
    guard let reference, trace.shape != shape || trace.settings != lesson.settings else { return }
    throw FileError(
      reference,
      .mismatch(
        found: "a trace of other settings", expected: "those of this run",
        advice: "leave out the options that change them, or write another trace"))
  }
}
