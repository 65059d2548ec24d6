import ArgumentParser

/// How much a program says on standard error.
package enum Detail: Int, Comparable {
  /// Errors alone.
  case quiet
  case usual
  /// What it decides, too.
  case verbose

  package static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }

  /// What a process was told when it was started: commands that it runs one after the other keep to that.
  ///
  /// The parser, which knows these words as flags of every command, refuses them anywhere else.
  init(ofArguments arguments: [String]) {
    let words = arguments.dropFirst().prefix { $0 != "--" }
    self = words.contains("--quiet") ? .quiet : words.contains("--verbose") ? .verbose : .usual
  }
}

/// The flags of every command that say how much it says.
package struct DetailOptions: ParsableArguments, Sendable {
  @Flag(help: "Say nothing on standard error but errors: no progress, notes or warnings.")
  package var quiet = false

  @Flag(help: "Also say on standard error what is decided: which files, formats, kernels and threads.")
  package var verbose = false

  package init() {}

  package func validate() throws {
    if quiet && verbose { throw ValidationError("--quiet and --verbose exclude each other.") }
  }
}
