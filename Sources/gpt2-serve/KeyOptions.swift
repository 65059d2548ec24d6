import ArgumentParser
import GPT2BinaryFiles
import GPT2Platform
import GPT2Server

/// Who may ask.
struct KeyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      File with the keys of which each request must bring one, a line each: Authorization: Bearer KEY. The variable \
      GPT2_API_KEY is one, too. /health needs none.
      """, valueName: "file"), completion: .file())
  var apiKeyFile: String?

  @Option(
    help: ArgumentHelp(
      """
      Let pages of this origin ask from a browser (CORS), * for any; its own, too, if a proxy gives it a name. May be \
      given more than once.
      """, valueName: "origin"))
  var corsOrigin: [String] = []

  /// - Throws: `FileError` if the file cannot be read or has no key.
  func keys() throws(FileError) -> APIKeys {
    var keys = [Self.trimmed(System.environment("GPT2_API_KEY") ?? "")].filter { !$0.isEmpty }
    if let apiKeyFile {
      let file = try MappedFile(path: apiKeyFile)
      let text = String(decoding: try file.contents(), as: UTF8.self)
      let found = text.split(whereSeparator: \.isNewline).map { Self.trimmed($0) }.filter { !$0.isEmpty }
      guard !found.isEmpty else {
        throw FileError(
          apiKeyFile,
          .mismatch(found: "no key", expected: "one a line", advice: "write a long random word into it"))
      }
      keys += found
    }
    return APIKeys(keys)
  }

  /// Without the space around it, which is seldom meant.
  private static func trimmed(_ key: some StringProtocol) -> String {
    let start = key.drop(while: \.isWhitespace)
    let end = start.lastIndex { !$0.isWhitespace } ?? start.startIndex
    return start.isEmpty ? "" : String(start[...end])
  }
}
