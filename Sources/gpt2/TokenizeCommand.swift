import ArgumentParser
import GPT2BinaryFiles
import GPT2ModelFiles
import GPT2Platform
import GPT2Kernels
import GPT2Terminal
import GPT2Tokens

struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Turn text files into token files for training.",
    discussion: """
      Writes PREFIX_train.bin and PREFIX_val.bin. As in llm.c, every section of a text (up to a blank line) \
      is a document of its own, with an end-of-text token before it, and the first tokens are for validation.

        gpt2 tokenize book.txt --tokenizer tokenizer.bin --output data/book

      Texts of any size are read, encoded and written a part at a time; only what GPT-2's tokenizer takes as \
      one piece, such as a gigabyte of one letter, is held as a whole. Of a folder, every text in it is taken, \
      sorted by path; \(Self.skippedWords). There a file is a document, and whole documents, drawn at random, are for \
      validation, as they also are of lines and JSON lines; --documents and --split have it otherwise.

        gpt2 tokenize notes --extension md --extension txt \\
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
    hidden files, links to what is taken already, and files that are no text are skipped
    """

  @Argument(help: "Text files and folders, joined in this order; - for standard input.", completion: .file())
  var texts: [String] = []

  @Option(
    help: "Tokenizer to encode with: llm.c's .bin, a .gguf or .json file, or a Hugging Face folder.",
    completion: .file(extensions: ["bin", "gguf", "json"]))
  var tokenizer: String?

  @Option(
    name: .shortAndLong,
    help: "What the names of the token files begin with; a folder in it is made if it is not there.")
  var output: String?

  @OptionGroup var source: TextSourceOptions

  @OptionGroup var division: SplitOptions

  @Flag(
    inversion: .prefixedNo,
    help: """
      Take special tokens in the texts, such as <|endoftext|>, as the tokens they name. By default they are spelt out, \
      since a text may only speak of them; added tokens that are not special are always taken as such.
      """)
  var specialTokens = false

  @Option(
    name: .customLong("byte-level"), help: "Write the byte-level tokenizer to this file.",
    completion: .file(extensions: ["bin"]))
  var byteLevelOutput: String?

  @Flag(help: "Replace output files that exist.")
  var overwrite = false

  @Flag(help: "Print a summary on standard output, as one line of JSON.")
  var json = false

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var detail: DetailOptions

  func validate() throws {
    try source.check(texts)
    if source.tokens != nil, division.split == .drawn {
      throw ValidationError(
        "--split drawn is for texts: tokens without a header do not say where documents begin.")
    }
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

  func run() throws {
    try checkOutputs()
    guard let output else { return try writeByteLevel {} }
    let tokenizer = try self.tokenizer.map { try Tokenizer.read($0) }
    try MappedFile.checkAll()
    let list = try TextFileList(texts, extensions: source.extensions, reading: source.reading)
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

  /// - Returns: What was written; `nil` if interrupted.
  private func write(
    _ list: TextFileList, _ tokenizer: Tokenizer?, to output: String, _ printer: inout TokenizePrinter
  ) throws(FileError) -> CorpusSummary? {
    if let kind = source.tokens {
      let corpus = HeaderlessCorpus(list.inputs, kind: kind, vocabularySize: tokenizer?.vocabularySize)
      printer.begin(byteCount: corpus.byteCount)
      return try corpus.write(
        to: output, layout: division.layout(hasFolders: false, .blankLine), replacing: overwrite,
        isInterrupted: { Interruption.isAsked },
        observing: { printer.show($0) })
    }
    let separation = source.separation(hasFolders: list.hasFolders)
    let corpus = try Corpus(
      list.inputs, documents: separation, reading: source.reading, tokenizer: tokenizer ?? .byteLevel,
      parsingSpecialTokens: specialTokens)
    let layout = division.layout(hasFolders: list.hasFolders, separation)
    Diagnostics.decision(
      "\(list.inputs.count) inputs, documents: \(separation), files: \(layout), tokenizer: "
        + (self.tokenizer ?? "one token a byte"))
    printer.begin(byteCount: corpus.byteCount)
    if division.shardTokens == nil { printer.warnOfSize() }
    return try corpus.write(
      to: output, layout: layout, replacing: overwrite,
      threads: min(threads.threads ?? .max, Workers.activeProcessorCount),
      isInterrupted: { Interruption.isAsked }, observing: { printer.show($0) })
  }

  /// Before any work, so that nobody waits for a refusal.
  private func checkOutputs() throws(FileError) {
    if let byteLevelOutput { try FileWriter.check(byteLevelOutput, replacing: overwrite) }
    guard let output else { return }
    try division.layout(hasFolders: false, .blankLine).checkOutputs(prefix: output, replacing: overwrite)
  }

  /// Writes the byte-level tokenizer, if it was asked for, and the other outputs: if these fail, it is not left
  /// behind to stand in the way of the next try.
  private func writeByteLevel(with others: () throws(FileError) -> Void) throws(FileError) {
    guard let byteLevelOutput else { return try others() }
    try Tokenizer.byteLevel.write(to: byteLevelOutput, replacing: overwrite, beforeNaming: others)
    Diagnostics.write("wrote \(byteLevelOutput): 256 bytes and end-of-text")
  }
}
