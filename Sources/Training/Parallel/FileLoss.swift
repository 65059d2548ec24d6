import GPT2BinaryFiles
import GPT2Communication

/// Losses that are of use only if all files were there that they were computed from.
enum FileLoss {
  /// No cross-entropy.
  private static let mark = -Float.infinity

  /// The losses of all processes. Where a file was cut under one of them, all throw, together.
  ///
  /// - Parameter check: Whether this process's data were all there.
  /// - Throws: `FileError` in a process that has lost a file; `TrainingError.fileLost` in the others;
  ///   `CommunicationError`.
  static func gathered(
    _ losses: [Float], from communicator: any Communicator, at step: Int,
    _ check: () throws(FileError) -> Void
  ) throws -> [Float] {
    var cut: FileError?
    do throws(FileError) {
      try check()
      try MappedFile.checkRead()
    } catch {
      cut = error
    }
    let all = try communicator.gathered(cut == nil ? losses : losses.map { _ in mark })
    if let cut { throw cut }
    guard !all.contains(mark) else { throw TrainingError.fileLost(step: step) }
    return all
  }
}
