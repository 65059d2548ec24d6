import GPT2BinaryFiles
import GPT2ModelFiles
import GPT2Terminal
import GPT2Tokens
import GPT2TrainingCore
import GPT2Transformer

/// Instructions for a run, read and encoded.
struct InstructionData {
  /// Examples to learn from, or to measure on.
  struct Part {
    /// Named in errors.
    let path: String
    let examples: [InstructionExample]
  }

  let training: Part
  let validation: Part?
  let template: InstructionTemplate
  let tokenizer: Tokenizer

  /// - Throws: `FileError` if a file cannot be used, or there is no tokenizer.
  init(_ path: String, _ command: TrainCommand, _ tokenizer: Tokenizer?, in directory: RunDirectory) throws {
    guard let tokenizer else {
      throw FileError(
        path,
        .mismatch(
          found: "text, and a model without a tokenizer", expected: "a tokenizer for it",
          advice: "name it with --tokenizer"))
    }
    let file = try InstructionFile.readAloud(path)
    let template = try Self.template(command, for: file, in: directory)
    let encoder = try InstructionEncoder(template, tokenizer)
    var records = (training: file.records, validation: [InstructionRecord]())
    if let fraction = command.instructions.holdOut {
      records = try file.split(holdingOut: fraction, seed: command.seed)
    } else if let path = command.validation {
      records.validation = try InstructionFile.readAloud(path).records
    }
    training = Part(path: path, examples: records.training.map { encoder.example(of: $0.messages) })
    validation =
      records.validation.isEmpty
      ? nil
      : Part(
        path: command.validation ?? path,
        examples: records.validation.map { encoder.example(of: $0.messages) })
    self.template = template
    self.tokenizer = tokenizer
  }

  /// T if none is given: what the longest example takes, but no more than the model's positions.
  func usualSequenceLength(for configuration: Configuration) -> Int {
    (training.examples + (validation?.examples ?? []))
      .sequenceLength(ofAtMost: configuration.maximumSequenceLength)
  }

  /// The one that was named, or that the run keeps, or that the model's run does, or else the file's.
  private static func template(
    _ command: TrainCommand, for file: InstructionFile, in directory: RunDirectory
  ) throws -> InstructionTemplate {
    if let name = command.instructions.template { return try InstructionTemplate(named: name) }
    if command.isResuming, let path = directory.template, try !directory.holdsReplaced() {
      return try InstructionTemplate(contentsOf: path)
    }
    return try template(of: command.model, for: file)
  }

  /// That of the model's run, or else the file's.
  static func template(of model: String, for file: InstructionFile) throws(FileError) -> InstructionTemplate {
    guard ModelSize(descriptor: model) == nil else { return file.usualTemplate }
    return try ModelSource(model).template() ?? file.usualTemplate
  }
}

extension InstructionFile {
  /// Reads a file, and says what a user should know of it.
  static func readAloud(_ path: String) throws(FileError) -> InstructionFile {
    let file = try InstructionFile(contentsOf: path)
    for note in file.notes { Diagnostics.write("gpt2: note: \(path): \(note)") }
    return file
  }

  private var notes: [String] {
    [
      emptyAnswers > 0 ? "left out \(emptyAnswers) examples with an empty answer" : nil,
      duplicates > 0 ? "\(duplicates) examples are there more than once" : nil,
      othersCount > 0
        ? "\(othersCount) examples have another shape than the first; all get the same template" : nil,
    ].compactMap { $0 }
  }
}
