import ArgumentParser
import GPT2BinaryFiles
import GPT2Kernels
import GPT2Terminal
import GPT2Tokens

/// `gpt2 tokenizer train`.
struct TrainTokenizerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Learn which bytes to join into tokens: byte-level byte-pair encoding, as GPT-2's.",
    discussion: """
      Cuts the texts as GPT-2's pattern does, counts the pieces, and joins the most frequent pair of tokens again and again, \
      until the vocabulary is full: 256 bytes, a token for each merge, the special tokens, and <|endoftext|> as the last. \
      The same texts, in any order and on any number of threads, give the same tokenizer; it is that of the package \
      tokenizers (ByteLevel, BpeTrainer).

      The end of OUTPUT's name says what is written: .bin for llm.c's file, / for a folder that Hugging Face's transformers \
      and tokenizers load. Every command here takes both. From own text to a model that speaks:

        gpt2 tokenizer train notes --extension md --vocabulary-size 4096 \\
          --output data/notes.bin
        gpt2 tokenize notes --extension md --tokenizer data/notes.bin \\
          --output data/notes
        gpt2 train --model d6 --data data/notes_train.bin \\
          --validation data/notes_val.bin --tokenizer data/notes.bin \\
          --output runs/notes --steps 500
        gpt2 generate --model runs/notes --prompt 'Today'

      Texts of any size are read a part at a time; what is held is each different piece once, in a table a thread. \
      Special tokens in the texts are taken as text.
      """)

  @Argument(help: "Text files and folders; - for standard input.", completion: .file())
  var texts: [String]

  @Option(
    name: .shortAndLong,
    help: "The tokenizer to write: a name that ends in .bin, or in / for a Hugging Face folder.",
    completion: .file(extensions: ["bin"]))
  var output: String

  @Option(help: "V: how many tokens there are to be, at most 65536. GPT-2 has 50257.")
  var vocabularySize = 4096

  @Option(help: "How often a pair must occur to be joined.")
  var minimumFrequency = 2

  @Option(
    name: .customLong("special-token"),
    help:
      "Another mark beside <|endoftext|>, such as '<|user|>'; may be repeated. Only a folder has room for it."
  )
  var specialTokens: [String] = []

  @Option(
    help: """
      What a document is, as in gpt2 tokenize: a file, everything up to a blank line, a line, or a JSON object on a line. \
      No token reaches from one into the next.
      """)
  var documents = TextSourceOptions.Documents.file

  @OptionGroup var source: TextOptions

  @Flag(help: "Replace an output that exists.")
  var overwrite = false

  @Flag(help: "Print a summary on standard output, as one line of JSON.")
  var json = false

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var detail: DetailOptions

  func validate() throws {
    try source.check(texts, documents)
    _ = try settings()
    if case .file = try TokenizerTarget(output), !specialTokens.isEmpty {
      throw ValidationError(
        "A .bin file has no room for --special-token; name a folder, with a / at its end.")
    }
  }

  private var separation: DocumentSeparation { source.separation(documents) }

  func run() throws {
    let target = try TokenizerTarget(output)
    try target.check(replacing: overwrite)
    let list = try TextFileList(texts, extensions: source.extensions, reading: source.reading)
    let threads = min(threads.threads ?? .max, Workers.activeProcessorCount)
    Diagnostics.decision(
      "\(list.inputs.count) inputs, documents: \(separation), \(threads) threads")
    Interruption.watch()
    let counter = PieceCounter(list.inputs, documents: separation, reading: source.reading)
    var printer = TokenizerPrinter(list, output: output, asJSON: json)
    defer { printer.clear() }
    printer.begin(byteCount: counter.byteCount)
    guard
      let pieces = try counter.count(
        threads: threads, isInterrupted: { Interruption.isAsked }, observing: { printer.show($0) })
    else { return try interrupted(&printer) }
    let settings = try settings()
    printer.beginMerges(of: pieces, count: settings.mergeCount)
    guard
      let trained = try TokenizerTrainer(settings).train(
        on: pieces, path: output, isInterrupted: { Interruption.isAsked },
        observing: { printer.show(merges: $0) })
    else { return try interrupted(&printer) }
    try target.write(trained.tokenizer, replacing: overwrite)
    try printer.print(trained, pieces)
  }

  private func interrupted(_ printer: inout TokenizerPrinter) throws {
    printer.clear()
    Diagnostics.write("interrupted; nothing was written")
    throw Exit.interrupted
  }

  private func settings() throws -> TokenizerSettings {
    do throws(TokenizerSettingsError) {
      return try TokenizerSettings(
        vocabularySize: vocabularySize, minimumFrequency: minimumFrequency, specialTokens: specialTokens)
    } catch {
      let option =
        switch error {
        case .vocabularySize: "--vocabulary-size"
        case .minimumFrequency: "--minimum-frequency"
        case .lengthOfSpecialToken, .repeatedSpecialToken: "--special-token"
        }
      throw ValidationError("\(option): found \(error.description).")
    }
  }
}
