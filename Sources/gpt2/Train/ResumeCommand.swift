import GPT2Reports

/// The command line that goes on with a run.
enum ResumeCommand {
  /// The command that goes on, as a shell takes it.
  static func line(for arguments: [String]) -> String { ShellQuoting.line(words(for: arguments)) }

  /// The same by the run's directory alone, whose plan knows the rest.
  static func line(program: String, run directory: String) -> String {
    // A name like an option's is none after a path.
    ShellQuoting.line([program, "train", "--resume", directory.hasPrefix("-") ? "./" + directory : directory])
  }

  /// `arguments` with --resume, and without what would begin anew.
  static func words(for arguments: [String]) -> [String] {
    var words: [String] = []
    var rest = arguments[...]
    while let word = rest.popFirst() {
      switch word {
      case "--overwrite", "--resume": continue
      case "-y": rest = rest.dropFirst()
      default: words.append(word)
      }
    }
    return words + ["--resume"]
  }
}
