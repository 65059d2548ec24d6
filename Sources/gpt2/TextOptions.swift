import ArgumentParser
import GPT2Tokens

/// How the texts that a command names are read.
struct TextOptions: ParsableArguments {
  @Option(help: "The field of the JSON objects that holds the text. (default: text)")
  var field: String?

  @Option(
    name: .customLong("extension"),
    help: "Of folders, take only files whose names end in this, such as txt; may be repeated.")
  var givenExtensions: [String] = []

  @Flag(
    help: """
      Take the bytes of texts as they are. Without it line ends of Windows (\\r\\n, \\r) are read as \\n, UTF-16 with \
      a byte-order mark as UTF-8, and what is no text is refused.
      """)
  var raw = false

  var reading: TextReading { raw ? .raw : .text }

  /// Without the dot that some write before them.
  var extensions: [String] { givenExtensions.map { $0.first == "." ? String($0.dropFirst()) : $0 } }

  func separation(_ documents: TextSourceOptions.Documents) -> DocumentSeparation {
    switch documents {
    case .blankLine: .blankLine
    case .file: .file
    case .line: .line
    case .jsonl: .jsonLines(field: field ?? "text")
    }
  }

  /// - Throws: `ValidationError` if options contradict one another or `texts`.
  func check(_ texts: [String], _ documents: TextSourceOptions.Documents?) throws {
    if extensions.contains("") { throw ValidationError("--extension is empty, expected one such as txt.") }
    if field != nil, documents != .jsonl {
      throw ValidationError("--field is for --documents jsonl only.")
    }
    if texts.filter({ $0 == "-" }).count > 1 {
      throw ValidationError("Standard input (-) can be read only once.")
    }
  }
}
