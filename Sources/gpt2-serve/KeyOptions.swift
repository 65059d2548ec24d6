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
    // The space around a key is seldom meant.
    func keys(_ lines: [Substring]) -> [String] {
      lines.map { String($0.trimmingWhitespace()) }.filter { !$0.isEmpty }
    }
    let named = keys([(System.environment("GPT2_API_KEY") ?? "")[...]])
    guard let apiKeyFile else { return APIKeys(named) }
    let file = try MappedFile(path: apiKeyFile)
    let text = String(decoding: try file.contents(), as: UTF8.self)
    let found = keys(text.split(whereSeparator: \.isNewline))
    guard !found.isEmpty else {
      throw FileError(
        apiKeyFile,
        .mismatch(found: "no key", expected: "one a line", advice: "write a long random word into it"))
    }
    return APIKeys(named + found)
  }
}
