import ArgumentParser
import BinaryFiles
import Tokens

struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Turn text files into token files for training.",
    discussion: """
      Writes PREFIX_train.bin and PREFIX_val.bin. As in llm.c, every section of a text (up to a blank line) \
      is a document of its own, with an end-of-text token before it.

        gpt2 tokenize book.txt --tokenizer tokenizer.bin --output data/book

      A tokenizer that needs no training, one token a byte:

        gpt2 tokenize --byte-level tokenizer.bin
      """)

  @Argument(help: "Text files, joined in this order.", completion: .file())
  var texts: [String] = []

  @Option(help: "Tokenizer to encode with.", completion: .file(extensions: ["bin"]))
  var tokenizer: String?

  @Option(help: "What the names of the two token files begin with.")
  var output: String?

  @Option(
    help: "Tokens at the beginning kept for validation, at least 2; by default 32768 or a tenth, if less.")
  var validationTokens: Int?

  @Option(
    name: .customLong("byte-level"), help: "Write the byte-level tokenizer to this file.",
    completion: .file(extensions: ["bin"]))
  var byteLevelOutput: String?

  @Flag(help: "Replace output files that exist.")
  var overwrite = false

  func validate() throws {
    try validationTokens?.check("--validation-tokens", atLeast: 2)
    if texts.isEmpty {
      guard byteLevelOutput != nil else { throw ValidationError("No text file was named.") }
      guard output == nil else { throw ValidationError("No text file was named for --output.") }
      return
    }
    if tokenizer == nil, byteLevelOutput == nil { throw ValidationError("Missing --tokenizer.") }
    if output == nil { throw ValidationError("Missing --output: what the two token files are to be called.") }
  }

  func run() throws {
    try checkOutputs()
    guard let output else {
      try writeByteLevel {}
      return
    }
    let tokenizer = try self.tokenizer.map { try Tokenizer(contentsOf: $0) } ?? .byteLevel
    let corpus = try Corpus(contentsOf: texts, tokenizer: tokenizer)
    var counts = (validation: 0, training: 0)
    try writeByteLevel { () throws(FileError) in
      counts = try corpus.write(prefix: output, validationCount: validationTokens, replacing: overwrite)
    }
    Diagnostics.write("wrote \(output)_val.bin: \(counts.validation) tokens")
    Diagnostics.write("wrote \(output)_train.bin: \(counts.training) tokens")
  }

  /// Before any work, so that nobody waits for a refusal.
  private func checkOutputs() throws(FileError) {
    if let byteLevelOutput { try FileWriter.check(byteLevelOutput, replacing: overwrite) }
    if let output { try Corpus.checkOutputs(prefix: output, replacing: overwrite) }
  }

  /// Writes the byte-level tokenizer, if it was asked for, and the other outputs: if these fail, it is not left
  /// behind to stand in the way of the next try.
  private func writeByteLevel(with others: () throws(FileError) -> Void) throws(FileError) {
    guard let byteLevelOutput else { return try others() }
    try Tokenizer.byteLevel.write(to: byteLevelOutput, replacing: overwrite, beforeNaming: others)
    Diagnostics.write("wrote \(byteLevelOutput): 256 bytes and end-of-text")
  }
}
