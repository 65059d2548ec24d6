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

  @OptionGroup var text: TextOptions

  @Option(
    name: .customLong("from-tokens"),
    help: "The inputs are no texts but tokens without a header, of this kind.")
  var tokens: HeaderlessTokens?

  var reading: TextReading { text.reading }
  var extensions: [String] { text.extensions }

  /// - Parameter hasFolders: Whether a folder was named, in which a file is what somebody wrote as one.
  func separation(hasFolders: Bool) -> DocumentSeparation {
    text.separation(documents ?? (hasFolders ? .file : .blankLine))
  }

  /// - Throws: `ValidationError` if options contradict one another or `texts`.
  func check(_ texts: [String]) throws {
    try text.check(texts, documents)
    if tokens != nil, text.raw { throw ValidationError("--raw is for texts: --from-tokens takes no texts.") }
    if tokens != nil, documents != nil {
      throw ValidationError("--documents is for texts: with --from-tokens the documents are as they are.")
    }
  }
}

extension HeaderlessTokens: ExpressibleByArgument {}
