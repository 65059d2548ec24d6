import Foundation

/// Where tests find their files: fixtures, which are part of the repository, and larger data, which may be absent.
package enum TestFiles {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The path of a committed fixture.
  package static func fixture(_ name: String) -> String { project("Tests/Fixtures/\(name)") }

  /// The path of a file of the project: "scripts/fetch.sh".
  package static func project(_ name: String) -> String { root.appendingPathComponent(name).path }

  /// The path of a larger file, from `data` in the repository or `data` in a `shared` folder beside it;
  /// `nil` if it is in neither. Tests that need it are `.enabled(if:)` it is there, and say so if it is not.
  package static func data(_ name: String) -> String? {
    let folders = ["data", "../shared/data"].map { root.appendingPathComponent($0) }
    return folders.map { $0.appendingPathComponent(name).standardizedFileURL.path }
      .first { FileManager.default.isReadableFile(atPath: $0) }
  }
}
