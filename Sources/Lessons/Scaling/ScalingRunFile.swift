import GPT2BinaryFiles
import GPT2Transformer

/// Trained models in a text file: one a line, its size, the tokens that it learnt from, and its validation loss, such as
/// "d4 1228800 3.2145". Empty lines and those that begin with # are passed over.
package enum ScalingRunFile {
  /// More would be no lesson.
  static let mostRuns = 10_000
  static let mostTokens = 1_000_000_000_000_000
  static let largestLoss = 1000.0

  /// - Throws: `FileError` if the file cannot be read, or a line is no such run.
  package static func read(_ path: String, vocabularySize: Int) throws(FileError) -> [ScalingRun] {
    let file = try MappedFile(path: path)
    guard let text = try file.text() else {
      throw FileError(
        path,
        .mismatch(
          found: "bytes that are no UTF-8", expected: "text",
          advice: "name a file that dev/curves/sizes.sh wrote"))
    }
    return try runs(in: text, of: path, vocabularySize: vocabularySize)
  }

  /// What models of d2 to d6, and d12, came to on Webster's dictionary; Lessons.docc/scaling.md says how.
  ///
  /// - Throws: `FileError` never, as the tests read it.
  package static func webster() throws(FileError) -> [ScalingRun] {
    try runs(
      in: String(decoding: PackageResources.webster_txt, as: UTF8.self), of: "webster.txt",
      vocabularySize: ModelSize.vocabularySize)
  }

  /// - Parameter path: For errors.
  static func runs(
    in text: String, of path: String, vocabularySize: Int
  ) throws(FileError) -> [ScalingRun] {
    var runs: [ScalingRun] = []
    for row in TextRow.rows(in: text, separatedBy: " \t") {
      guard let run = run(row.fields, vocabularySize: vocabularySize) else {
        throw FileError(
          path,
          .unparsableText(
            line: row.number, found: String(row.line),
            expected: "a size such as d4, the tokens that it learnt from, and its loss above 0"))
      }
      runs.append(run)
      guard runs.count <= mostRuns else {
        throw FileError(
          path,
          .mismatch(
            found: "more than \(mostRuns) runs", expected: "so many at most", advice: "leave some out"))
      }
    }
    return runs
  }

  private static func run(_ fields: [Substring], vocabularySize: Int) -> ScalingRun? {
    guard fields.count == 3, let tokens = Int(fields[1]), (1...mostTokens).contains(tokens),
      let loss = Double(fields[2]), loss > 0, loss <= largestLoss
    else { return nil }
    return ScalingRun(size: String(fields[0]), tokens: tokens, loss: loss, vocabularySize: vocabularySize)
  }
}
