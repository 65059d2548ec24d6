import GPT2BinaryFiles
import GPT2Charts

/// The rung bpe: a tokenizer is trained on a text, once on all of it and once inside the pieces of GPT-2's pattern.
package struct BytePairLesson: Sendable {
  package struct Results: Sendable, Encodable {
    package let bytes: Int
    /// How many merges were asked for.
    package let mergeCount: Int
    /// Of the text as one piece: minbpe's BasicTokenizer.
    package let whole: [BytePairTraining.Merge]
    /// Inside the pieces of GPT-2's pattern: its RegexTokenizer.
    package let pieces: [BytePairTraining.Merge]
    /// The text's tokens after all merges of the first kind, if it is short.
    package let tokens: [Int]?
  }

  /// Bytes of a text whose tokens are shown one by one.
  static let shortText = 1_000

  package let text: [UInt8]
  package let whole: BytePairTraining
  package let pieces: BytePairTraining
  package let results: Results

  /// - Parameters:
  ///   - text: At least one byte.
  ///   - merges: To make, of each kind.
  ///   - progress: Called with the share of the work that is done.
  package init(_ text: [UInt8], merges: Int, progress: (Double) -> Void = { _ in }) {
    self.text = text
    let all = Double(max(1, 2 * merges))
    whole = BytePairTraining(text, splits: false, merges: merges) { progress(Double($0) / all) }
    pieces = BytePairTraining(text, splits: true, merges: merges) { progress(Double(merges + $0) / all) }
    results = Results(
      bytes: text.count, mergeCount: merges, whole: whole.merges, pieces: pieces.merges,
      tokens: text.count <= Self.shortText ? whole.encode(text) : nil)
  }

  /// Reads a text for the lesson.
  ///
  /// - Throws: `FileError` if the file cannot be read, is empty, or has more than `most` bytes.
  package static func text(of path: String) throws(FileError) -> [UInt8] {
    let file = try LessonFile.open(path, expected: "a text", advice: "--text names another file")
    guard (1...most).contains(file.count) else {
      throw FileError(
        path,
        .mismatch(
          found: file.count == 0 ? "an empty file" : "\(file.count) bytes", expected: "1 to \(most) bytes",
          advice: "name another text; gpt2 tokenizer train takes texts of any size"))
    }
    return try file.contents()
  }

  /// The most bytes of a text, which is counted again for every merge.
  package static let most = 20_000_000

  /// What is coloured on the page: the text's first lines.
  var passage: [UInt8] {
    let beginning = text.prefix(480)
    guard beginning.count < text.count else { return text }
    let newline = UInt8(ascii: "\n")
    // No character is cut in two.
    let end =
      beginning.lastIndex(of: newline) ?? beginning.lastIndex(where: { $0 & 0xC0 != 0x80 })
      ?? beginning.endIndex
    return Array(beginning[..<max(1, end)])
  }

  /// The numbers in lines, as the command prints them.
  ///
  /// - Parameter shown: How many merges of each kind.
  package func lines(shown: Int) -> [String] {
    let kinds = [
      ("all \(text.count) bytes as one piece, minbpe's BasicTokenizer:", whole),
      ("inside the pieces of GPT-2's pattern, its RegexTokenizer:", pieces),
    ]
    var lines = kinds.flatMap { title, training in
      [title] + Self.merges(of: training, shown: shown, of: results.mergeCount) + [Self.summary(of: training)]
    }
    if let tokens = results.tokens { lines.append("the text as one piece: \(tokens)") }
    return lines
  }

  static func merges(of training: BytePairTraining, shown: Int, of count: Int) -> [String] {
    (0..<min(shown, training.merges.count)).map { training.line(of: $0, of: count) }
  }

  private static func summary(of training: BytePairTraining) -> String {
    let tokens = training.merges.last?.tokens ?? training.byteCount
    let longest = training.vocabulary.max { $0.count < $1.count } ?? []
    let bytes = training.bytesPerToken(after: training.merges.count)
    return
      "after \(training.merges.count) merges: \(tokens) tokens of \(NumberText.fixed(bytes, 2)) bytes; the longest is "
      + PythonBytes.literal(longest)
  }
}
