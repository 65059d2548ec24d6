import BinaryFiles
import Foundation

/// Where a run puts its models.
struct RunDirectory {
  let path: String

  init(_ path: String) { self.path = path }

  /// The name that llm.c gives the weights after `step` updates.
  func modelPath(step: Int) -> String {
    path + "/" + String(format: "model_%08d.bin", step)
  }

  /// Makes the directory, and finds out now rather than after hours whether it can be written to.
  ///
  /// - Throws: `FileError` if it cannot, or if it holds a model and `replacing` is false.
  func prepare(replacing: Bool) throws(FileError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw FileError(path, cause(of: error))
    }
    if !replacing, let name = firstModel() { throw FileError(path + "/" + name, .alreadyExists) }
    guard access(path, W_OK) == 0 else { throw FileError(path, .permissionDenied) }
  }

  private func firstModel() -> String? {
    let names = try? FileManager.default.contentsOfDirectory(atPath: path)
    return names?.sorted().first { $0.hasPrefix("model_") && $0.hasSuffix(".bin") }
  }

  private func cause(of error: Error) -> FileError.Cause {
    switch (error as? CocoaError)?.code {
    case .fileWriteNoPermission: .permissionDenied
    case .fileWriteFileExists: .notDirectory
    default: .system(operation: "making the directory", code: errno)
    }
  }
}
