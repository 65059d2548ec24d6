import ArgumentParser
import GPT2Terminal
import GPT2Tokens

/// What the inputs of `tokenize` hold.
struct TextSourceOptions: ParsableArguments {
  enum Documents: String, ExpressibleByArgument, CaseIterable {
    case blankLine = "blank-line"
    case file
    case line
    case jsonl
  }

  @Option(
    help: """
      What a document is: everything up to a blank line, a file, a line, or a JSON object on a line. (default: \
      file for folders, else blank-line)
      """)
  var documents: Documents?

  @Option(help: "The field of the JSON objects that holds the text. (default: text)")
  var field: String?

  @Option(
    name: .customLong("extension"),
    help: "Of folders, take only files whose names end in this, such as txt; may be repeated.")
  var givenExtensions: [String] = []

  @Option(
    name: .customLong("from-tokens"),
    help: "The inputs are no texts but tokens without a header, of this kind.")
  var tokens: HeaderlessTokens?

  @Flag(
    help: """
      Take the bytes of texts as they are. Without it line ends of Windows (\\r\\n, \\r) are read as \\n, UTF-16 with \
      a byte-order mark as UTF-8, and what is no text is refused.
      """)
  var raw = false

  var reading: TextReading { raw ? .raw : .text }

  /// Without the dot that some write before them.
  var extensions: [String] { givenExtensions.map { $0.first == "." ? String($0.dropFirst()) : $0 } }

  /// - Parameter hasFolders: Whether a folder was named, in which a file is what somebody wrote as one.
  func separation(hasFolders: Bool) -> DocumentSeparation {
    switch documents ?? (hasFolders ? .file : .blankLine) {
    case .blankLine: .blankLine
    case .file: .file
    case .line: .line
    case .jsonl: .jsonLines(field: field ?? "text")
    }
  }

  /// - Throws: `ValidationError` if options contradict one another or `texts`.
  func check(_ texts: [String]) throws {
    if extensions.contains("") { throw ValidationError("--extension is empty, expected one such as txt.") }
    if field != nil, documents != .jsonl { throw ValidationError("--field is for --documents jsonl only.") }
    if tokens != nil, raw { throw ValidationError("--raw is for texts: --from-tokens takes no texts.") }
    if tokens != nil, documents != nil {
      throw ValidationError("--documents is for texts: with --from-tokens the documents are as they are.")
    }
    if texts.filter({ $0 == "-" }).count > 1 {
      throw ValidationError("Standard input (-) can be read only once.")
    }
  }
}

extension HeaderlessTokens: ExpressibleByArgument {}
