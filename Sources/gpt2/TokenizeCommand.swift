import ArgumentParser
import BinaryFiles
import ModelFiles
import Platform
import Kernels
import Terminal
import Tokens

struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Turn text files into token files for training.",
    discussion: """
      Writes PREFIX_train.bin and PREFIX_val.bin. As in llm.c, every section of a text (up to a blank line) \
      is a document of its own, with an end-of-text token before it.

        gpt2 tokenize book.txt --tokenizer tokenizer.bin --output data/book

      Texts of any size are read, encoded and written a part at a time; only what GPT-2's tokenizer takes as \
      one piece, such as a gigabyte of one letter, is held as a whole. Of a folder, every text in it is taken, \
      sorted by path; \(Self.skippedWords).

        gpt2 tokenize notes --extension md --extension txt --documents file \\
          --tokenizer tokenizer.bin --output data/notes
        zcat web.jsonl.gz | gpt2 tokenize - --documents jsonl --field text \\
          --shard-tokens 100000000 --tokenizer tokenizer.bin --output data/web

      The header-less token files of nanoGPT and of llm.c before May 2024 are given headers:

        gpt2 tokenize --from-tokens uint16 train.bin --validation-tokens 0 \\
          --output data/old

      A tokenizer that needs no training, one token a byte:

        gpt2 tokenize --byte-level tokenizer.bin
      """)

  private static let skippedWords = """
    hidden files, links to what is taken already, and files with a zero byte near their beginning are skipped
    """

  @Argument(help: "Text files and folders, joined in this order; - for standard input.", completion: .file())
  var texts: [String] = []

  @Option(
    help: "Tokenizer to encode with: llm.c's .bin, a .gguf or .json file, or a Hugging Face folder.",
    completion: .file(extensions: ["bin", "gguf", "json"]))
  var tokenizer: String?

  @Option(help: "What the names of the token files begin with.")
  var output: String?

  @OptionGroup var source: TextSourceOptions

  @Flag(
    inversion: .prefixedNo,
    help: """
      Take special tokens in the texts, such as <|endoftext|>, as the tokens they name. By default they are spelt out, \
      since a text may only speak of them; added tokens that are not special are always taken as such.
      """)
  var specialTokens = false

  @Option(
    help: """
      Tokens at the beginning kept for validation, at least 2, or 0 for none; by default 32768 or a tenth, if \
      less.
      """)
  var validationTokens: Int?

  @Option(
    help: """
      Write files of this many tokens, PREFIX_val_000000.bin and then PREFIX_train_000001.bin and so on; \
      llm.c takes 100000000.
      """)
  var shardTokens: Int?

  @Option(
    name: .customLong("byte-level"), help: "Write the byte-level tokenizer to this file.",
    completion: .file(extensions: ["bin"]))
  var byteLevelOutput: String?

  @Flag(help: "Replace output files that exist.")
  var overwrite = false

  @Flag(help: "Print a summary on standard output, as one line of JSON.")
  var json = false

  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    try checkCounts()
    try source.check(texts)
    if specialTokens, source.tokens != nil {
      throw ValidationError("--special-tokens is for texts: with --from-tokens the tokens are as they are.")
    }
    if texts.isEmpty {
      guard byteLevelOutput != nil else { throw ValidationError("No text file was named.") }
      guard output == nil else { throw ValidationError("No text file was named for --output.") }
      return
    }
    if tokenizer == nil, byteLevelOutput == nil, source.tokens == nil {
      throw ValidationError("Missing --tokenizer.")
    }
    if output == nil { throw ValidationError("Missing --output: what the token files are to be called.") }
  }

  private func checkCounts() throws {
    if let validationTokens, validationTokens < 2, validationTokens != 0 {
      throw ValidationError(
        "--validation-tokens is \(validationTokens), expected a whole number of at least 2, or 0 for none.")
    }
    guard let shardTokens else { return }
    guard 2...Int(Int32.max) ~= shardTokens else {
      throw ValidationError("--shard-tokens is \(shardTokens), expected a number from 2 to \(Int32.max).")
    }
    if validationTokens != nil {
      throw ValidationError("Of --shard-tokens the first shard is for validation: omit --validation-tokens.")
    }
  }

  func run() throws {
    try checkOutputs()
    guard let output else { return try writeByteLevel {} }
    let tokenizer = try self.tokenizer.map { try Tokenizer.read($0) }
    let list = try TextFileList(texts, extensions: source.extensions)
    var printer = TokenizePrinter(list, asJSON: json)
    defer { printer.clear() }

    Interruption.watch()
    var summary: CorpusSummary?
    do {
      try writeByteLevel { () throws(FileError) in
        summary = try write(list, tokenizer, to: output, &printer)
        // The byte-level tokenizer is not to be left behind alone.
        if summary == nil { throw FileError(output, .system(operation: "writing it", code: EINTR)) }
      }
    } catch {
      guard Interruption.isAsked, summary == nil else { throw error }
      printer.clear()
      Diagnostics.write("interrupted; nothing was written")
      throw Exit.interrupted
    }
    if let summary { try printer.print(summary, isText: source.tokens == nil) }
  }

  private var layout: TokenLayout {
    shardTokens.map { .shards(tokens: $0) } ?? .split(validationCount: validationTokens)
  }

  /// - Returns: What was written; `nil` if interrupted.
  private func write(
    _ list: TextFileList, _ tokenizer: Tokenizer?, to output: String, _ printer: inout TokenizePrinter
  ) throws(FileError) -> CorpusSummary? {
    if let kind = source.tokens {
      let corpus = HeaderlessCorpus(list.inputs, kind: kind, vocabularySize: tokenizer?.vocabularySize)
      printer.begin(byteCount: corpus.byteCount)
      return try corpus.write(
        to: output, layout: layout, replacing: overwrite, isInterrupted: { Interruption.isAsked },
        observing: { printer.show($0) })
    }
    let corpus = try Corpus(
      list.inputs, documents: source.separation, tokenizer: tokenizer ?? .byteLevel,
      parsingSpecialTokens: specialTokens)
    printer.begin(byteCount: corpus.byteCount)
    if shardTokens == nil { printer.warnOfSize() }
    return try corpus.write(
      to: output, layout: layout, replacing: overwrite,
      threads: min(threads.threads ?? .max, Workers.activeProcessorCount),
      isInterrupted: { Interruption.isAsked }, observing: { printer.show($0) })
  }

  /// Before any work, so that nobody waits for a refusal.
  private func checkOutputs() throws(FileError) {
    if let byteLevelOutput { try FileWriter.check(byteLevelOutput, replacing: overwrite) }
    if let output { try layout.checkOutputs(prefix: output, replacing: overwrite) }
  }

  /// Writes the byte-level tokenizer, if it was asked for, and the other outputs: if these fail, it is not left
  /// behind to stand in the way of the next try.
  private func writeByteLevel(with others: () throws(FileError) -> Void) throws(FileError) {
    guard let byteLevelOutput else { return try others() }
    try Tokenizer.byteLevel.write(to: byteLevelOutput, replacing: overwrite, beforeNaming: others)
    Diagnostics.write("wrote \(byteLevelOutput): 256 bytes and end-of-text")
  }
}
