/// The command line that goes on with a run.
enum ResumeCommand {
  /// `arguments` with --resume, and without what would begin anew, as a shell takes it.
  static func line(for arguments: [String]) -> String {
    var words: [String] = []
    var rest = arguments[...]
    while let word = rest.popFirst() {
      switch word {
      case "--overwrite", "--resume": continue
      case "-y": rest = rest.dropFirst()
      default: words.append(word)
      }
    }
    return (words + ["--resume"]).map(quoted).joined(separator: " ")
  }

  /// A word that a shell reads as it is, or in quotes.
  static func quoted(_ word: String) -> String {
    let plain = "-_./=:,+@%"
    let isPlain =
      !word.isEmpty && word.allSatisfy { ($0.isASCII && ($0.isLetter || $0.isNumber)) || plain.contains($0) }
    return isPlain
      ? word
      : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
  }
}
