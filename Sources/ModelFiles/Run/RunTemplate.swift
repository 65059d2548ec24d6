import BinaryFiles
import Platform
import Tokens

/// The template that a run's instructions were learnt with, so that whoever asks its model asks as it was taught:
/// `template.json`.
public enum RunTemplate {
  public static let name = "template.json"

  /// - Parameter directory: With a slash at its end.
  /// - Returns: `nil` if there is none.
  public static func path(in directory: String) -> String? {
    let path = directory + name
    return FileSystem.exists(path) ? path : nil
  }
}
