import Foundation

/// Standard output: the data a command was asked for, shown at once.
enum Output {
  /// - Throws: If the stream cannot take it: a full disk behind a redirection.
  static func write(_ text: String) throws {
    try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
  }
}

enum JSON {
  /// One object on one line of standard output. JSON has no NaN or infinity; they are written as strings.
  static func print(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    try Output.write(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n")
  }
}
