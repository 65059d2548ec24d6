/// Where a text comes from.
package enum TextInput: Sendable, Equatable {
  /// A file of any kind that can be read from its beginning to its end: a pipe, too.
  case file(String)
  case standardInput

  /// What it is called in errors.
  package var name: String {
    switch self {
    case .file(let path): path
    case .standardInput: "standard input"
    }
  }
}
