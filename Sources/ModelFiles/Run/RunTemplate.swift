import GPT2BinaryFiles
import GPT2Platform
import GPT2Tokens

/// The template that a run's instructions were learnt with, so that whoever asks its model asks as it was taught:
/// `template.json`.
package enum RunTemplate {
  package static let name = "template.json"

  /// - Parameter directory: With a slash at its end.
  /// - Returns: `nil` if there is none.
  package static func path(in directory: String) -> String? {
    let path = directory + name
    return FileSystem.exists(path) ? path : nil
  }
}
