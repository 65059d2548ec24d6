import GPT2BinaryFiles
import GPT2Platform

/// The model below a run's adapters, where no other file has it since it was made of random numbers: `base.bin`, which the
/// run's plan names.
package enum RunBase {
  package static let name = "base.bin"
  /// The file of the run's plan.
  package static let plan = "plan.json"
  /// The plan's member that names the model's file.
  private static let member = "base"

  /// - Parameter directory: With a slash at its end.
  /// - Returns: `nil` if the run has no plan, or one that names no such file.
  /// - Throws: `FileError` if the plan cannot be read.
  static func path(in directory: String) throws(FileError) -> String? {
    let plan = directory + Self.plan
    guard FileSystem.exists(plan) else { return nil }
    let named = try JSONParser.object(contentsOf: plan)[member]?.string
    return named == name ? directory + name : nil
  }
}
