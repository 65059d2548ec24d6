import BinaryFiles
import Foundation
import Transformer

extension RunDirectory {
  /// Says before the work whether there is room for a checkpoint, so that nobody finds out after it.
  ///
  /// - Throws: `FileError` if there is less room than one checkpoint takes.
  public func checkSpace(for configuration: Configuration, policy: CheckpointPolicy) throws(FileError) {
    let copies = 3 + (policy.copiesWeights ? 1 : 0) + (policy.keepsBest ? 1 : 0)
    let needed = configuration.parameterCount.map { CheckedCount($0) * copies * MemoryLayout<Float>.stride }
    guard let needed = needed?.value, let available = availableBytes, available < needed else { return }
    throw FileError(
      path,
      .mismatch(
        found: "\(available >> 20) MiB free on its disk",
        expected: "\(needed >> 20) MiB for one checkpoint: weights and both moments",
        advice: "make room, or name an --output on another disk"))
  }

  /// Of the directory, or the nearest one above it that exists; `nil` if the system does not say.
  private var availableBytes: Int? {
    var place = path
    var status = statvfs()
    while statvfs(place, &status) != 0 {
      guard errno == ENOENT, place != "." else { return nil }
      let parent = place.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
        separator: "/")
      place = !parent.isEmpty ? parent : path.hasPrefix("/") ? "/" : "."
    }
    return Int(clamping: status.f_bavail).multipliedReportingOverflow(by: Int(clamping: status.f_frsize))
      .partialValue
  }
}
