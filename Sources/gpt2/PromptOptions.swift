import ArgumentParser
import GPT2BinaryFiles
import GPT2Platform
import GPT2Terminal
import GPT2Tokens

/// Where the text to continue comes from.
struct PromptOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "Text to continue; without one the model begins a new document.")
  var prompt: String?

  @Option(
    help: ArgumentHelp("File with the text to continue; - for standard input.", valueName: "file"),
    completion: .file())
  var promptFile: String?

  @Option(
    help: """
      Token ids to continue, such as 3,14,15: for vocabularies that have no text. Without a tokenizer the model's tokens \
      are printed as ids, too.
      """)
  var promptTokens: TokenList?

  @Flag(
    help: "Of a prompt that is longer than the model's positions, read the last tokens that it has room for.")
  var keepLast = false

  @Flag(
    help: """
      Take the bytes of --prompt-file as they are: line ends of Windows are not read as \\n, and UTF-16 is not converted.
      """)
  var raw = false

  func validate() throws {
    if raw && promptFile == nil { throw ValidationError("--raw is for --prompt-file, which was not given.") }
    let given = [
      ("--prompt", prompt != nil), ("--prompt-file", promptFile != nil),
      ("--prompt-tokens", promptTokens != nil),
    ].filter(\.1).map(\.0)
    guard given.count < 2 else {
      throw ValidationError("Found \(given.joined(separator: " and ")), expected one of them.")
    }
  }

  /// Whether there is one.
  var isGiven: Bool { prompt != nil || promptFile != nil || promptTokens != nil }

  /// The most bytes that a text of so many tokens has.
  static func longest(positions: Int) -> Int { positions * Vocabulary.longestToken }

  /// Of a prompt of which only the end is read.
  private static let longestCropped = 64 << 20

  /// Whether its file can be opened: better heard of before a model is loaded.
  ///
  /// - Throws: `FileError`.
  func checkFile() throws(FileError) { try promptFile.map(InputFile.check) }

  /// The bytes to continue; `nil` where there is no prompt. What was changed in a file is said.
  ///
  /// - Parameter positions: The model's; a file is not read beyond what could have so many tokens.
  /// - Throws: `FileError`; a prompt that is there but empty is one, too.
  func read(forPositions positions: Int) throws(FileError) -> [UInt8]? {
    guard var bytes = try bytes(positions) else { return nil }
    let name = promptFile.map(InputFile.name) ?? "--prompt"
    if promptFile != nil {
      let (text, conversions) = try (raw ? TextReading.raw : .text).decode(bytes, of: name)
      for note in conversions.notes { Diagnostics.write("\(name): \(note); --raw keeps it as it is") }
      bytes = text
    }
    guard !bytes.isEmpty else {
      throw FileError(
        name,
        .mismatch(
          found: "an empty prompt", expected: "a text to continue",
          advice: "leave the prompt away to begin a new document"))
    }
    return bytes
  }

  /// As many of the last tokens as there are positions, as nanoGPT crops them, if --keep-last asks for it; what is
  /// left out is said. The model refuses more than that.
  func cropped(_ tokens: [Int32], to positions: Int) -> [Int32] {
    guard keepLast, tokens.count > positions else { return tokens }
    Diagnostics.write("read the last \(positions) of the prompt's \(tokens.count) tokens")
    return tokens.suffix(positions)
  }

  private func bytes(_ positions: Int) throws(FileError) -> [UInt8]? {
    if let prompt { return Array(PathText.repaired(prompt).utf8) }
    guard let promptFile else { return nil }
    if keepLast {
      return try InputFile.bytes(
        promptFile, atMost: max(Self.longestCropped, 4 * Self.longest(positions: positions)),
        expected: "a prompt that is cropped", advice: "take its end by itself, with: tail -c")
    }
    // UTF-16 has two bytes for many a character that is one here, and Windows two for the end of a line.
    return try InputFile.bytes(
      promptFile, atMost: 4 * Self.longest(positions: positions),
      expected: "a prompt for the model's \(positions) positions", advice: "shorten it, or pass --keep-last")
  }
}
