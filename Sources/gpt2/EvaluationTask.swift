import ArgumentParser
import GPT2BinaryFiles
import GPT2Communication
import GPT2Evaluation
import GPT2Kernels
import GPT2Terminal
import GPT2Tokens
import GPT2Transformer

/// One file to evaluate on.
protocol EvaluationTask {
  /// What tells it from another file's, by what it is: see `JobProcesses.checkEqual`.
  var digest: (name: String, value: UInt64) { get }

  /// Scores it together with other processes, showing how far it is, and prints the result, or what there is of it at an
  /// interruption.
  func run(
    by scorer: some SequenceScorer, sharedBy communicator: any Communicator, _ printer: EvaluationPrinter
  ) throws
}

extension EvaluationTask {
  /// Before a result is said: whether all files are still there that it was computed from, under every process.
  ///
  /// - Throws: `FileError` if one was cut meanwhile; `CommunicationError`.
  fileprivate static func checkFiles(sharedBy communicator: any Communicator) throws {
    var cut: FileError?
    do throws(FileError) { try MappedFile.checkAll() } catch { cut = error }
    let isCut = try communicator.any(cut != nil)
    if let cut { throw cut }
    guard !isCut else {
      throw FileError(
        "the files of another process",
        .mismatch(
          found: "one that was cut while it was read", expected: "all of them whole",
          advice: "see what it says"))
    }
  }
}

/// A token file.
struct TextTask: EvaluationTask {
  private let file: TokenFile
  private let windows: Windows
  private let tokenizer: Tokenizer?

  init(
    _ path: String, _ command: EvaluateCommand, _ configuration: Configuration, _ tokenizer: Tokenizer?
  ) throws {
    let longest = configuration.maximumSequenceLength
    let length = command.sequenceLength ?? longest
    guard length <= longest else { throw ModelError.sequenceTooLong(found: length, maximum: longest) }
    let stride = command.stride ?? length
    guard stride <= length else {
      throw ValidationError("--stride is \(stride), expected at most the \(length) tokens of a window.")
    }
    file = try TokenFile(contentsOf: path)
    guard file.count > 1 else {
      throw FileError(
        path,
        .mismatch(
          found: "1 token", expected: "at least 2, since the first has nothing before it",
          advice: "use more text"))
    }
    // Bytes are counted of known tokens alone.
    try file.check(below: min(configuration.vocabularySize, tokenizer?.vocabularySize ?? .max))
    windows = Windows(
      targets: min(file.count - 1, command.maxTokens ?? .max), length: length, stride: stride)
    self.tokenizer = tokenizer
    Diagnostics.decision("\(path): windows of \(length) tokens, one each \(stride)")
  }

  var digest: (name: String, value: UInt64) {
    // The ends of a long text tell enough.
    let ends = [
      file.load(0..<min(file.count, 1 << 16)), file.load(max(0, file.count - 1 << 16)..<file.count),
    ]
    return ("data", Checksum.of([UInt64(file.count)] + ends.joined().map { UInt64(UInt32(bitPattern: $0)) }))
  }

  func run(
    by scorer: some SequenceScorer, sharedBy communicator: any Communicator, _ printer: EvaluationPrinter
  ) throws {
    var printer = printer
    defer { printer.clear() }
    let score = try TextEvaluation.score(
      file, in: windows, by: scorer, tokenizer: tokenizer, sharedBy: communicator,
      isInterrupted: { Interruption.isAsked },
      observing: { printer.show($0, of: file.path) })
    try Self.checkFiles(sharedBy: communicator)
    try printer.print(score, of: file.path, windows)
  }
}

/// A multiple-choice file.
struct ChoiceTask: EvaluationTask {
  private let file: ChoiceFile
  private let count: Int

  init(_ path: String, _ configuration: Configuration, maximum: Int?) throws(FileError) {
    file = try ChoiceFile(contentsOf: path)
    try file.check(below: configuration.vocabularySize, longest: configuration.maximumSequenceLength)
    count = min(file.examples.count, maximum ?? .max)
  }

  var digest: (name: String, value: UInt64) {
    ("examples", Checksum.of(file.examples.flatMap { [$0.context] + $0.completions }.digested))
  }

  func run(
    by scorer: some SequenceScorer, sharedBy communicator: any Communicator, _ printer: EvaluationPrinter
  ) throws {
    var printer = printer
    defer { printer.clear() }
    let score = try ChoiceEvaluation.score(
      file, first: count, by: scorer, sharedBy: communicator, isInterrupted: { Interruption.isAsked },
      observing: { printer.show($0, of: file.path) })
    try Self.checkFiles(sharedBy: communicator)
    try printer.print(score, of: file.path)
  }
}

/// Texts whose last word is to be predicted.
struct LastWordTask: EvaluationTask {
  private let file: LastWordFile
  private let count: Int

  init(
    _ path: String, _ configuration: Configuration, _ tokenizer: Tokenizer, maximum: Int?
  ) throws(FileError) {
    file = try LastWordFile(
      contentsOf: path, tokenizer: tokenizer, longest: configuration.maximumSequenceLength)
    count = min(file.examples.count, maximum ?? .max)
  }

  var digest: (name: String, value: UInt64) {
    ("texts", Checksum.of(file.examples.flatMap { [$0.context, $0.word] }.digested))
  }

  func run(
    by scorer: some SequenceScorer, sharedBy communicator: any Communicator, _ printer: EvaluationPrinter
  ) throws {
    var printer = printer
    defer { printer.clear() }
    let score = try LastWordEvaluation.score(
      file, first: count, by: scorer, sharedBy: communicator, isInterrupted: { Interruption.isAsked },
      observing: { printer.show($0, of: file.path) })
    try Self.checkFiles(sharedBy: communicator)
    try printer.print(score, of: file.path)
  }
}

/// Answers to questions.
struct InstructionTask: EvaluationTask {
  private let path: String
  private let examples: [InstructionExample]
  private let tooLong: Int

  /// - Parameter template: That of the model's run; the file's own if there is none.
  init(
    _ path: String, _ configuration: Configuration, _ tokenizer: Tokenizer, template: InstructionTemplate?,
    maximum: Int?
  ) throws(FileError) {
    let file = try InstructionFile.readAloud(path)
    let encoder = try InstructionEncoder(template ?? file.usualTemplate, tokenizer)
    let all = file.records.map { encoder.example(of: $0.messages) }
    let longest = configuration.maximumSequenceLength
    let fitting = all.fitting(longest)
    guard !fitting.isEmpty else {
      throw FileError(
        path,
        .mismatch(
          found: "no example that fits the model",
          expected: "examples of at most \(longest + 1) tokens", advice: "shorten them"))
    }
    tooLong = all.count - fitting.count
    if tooLong > 0 {
      Diagnostics.write(
        "gpt2: note: \(path): left out \(tooLong) of \(all.count) examples, which are longer than the model's "
          + "\(longest) positions")
    }
    self.path = path
    examples = Array(fitting.prefix(maximum ?? .max))
  }

  var digest: (name: String, value: UInt64) {
    ("instructions", Checksum.of(examples.map(\.tokens).digested))
  }

  func run(
    by scorer: some SequenceScorer, sharedBy communicator: any Communicator, _ printer: EvaluationPrinter
  ) throws {
    var printer = printer
    defer { printer.clear() }
    let score = try InstructionEvaluation.score(
      examples, by: scorer, sharedBy: communicator, isInterrupted: { Interruption.isAsked },
      observing: { printer.show($0, of: path) })
    try Self.checkFiles(sharedBy: communicator)
    try printer.print(score, of: path, tooLong: tooLong)
  }
}

extension [[Int32]] {
  /// The lengths and the tokens of all.
  fileprivate var digested: [UInt64] {
    flatMap { [UInt64($0.count)] + $0.map { UInt64(UInt32(bitPattern: $0)) } }
  }
}
