/// Command lines as a shell takes them.
package enum ShellQuoting {
  package static func line(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }

  /// The word, in single quotes if it holds anything that a shell might take for more than a letter.
  package static func quoted(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "_@%+=:,./-".utf8.contains(byte)
      }
    }
    if isPlain && !word.isEmpty { return word }
    // A single quote ends the quotes, stands escaped, and begins them again.
    return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#)
      + "'"
  }
}
