/// A file of a model at its home.
package struct RemoteFile: Equatable, Sendable {
  /// How many bytes it has.
  package enum Size: Equatable, Sendable {
    case exact(Int)
    /// As its tensors' shapes have it, without the header; enough to plan for.
    case about(Int)
    case unknown
  }

  package let name: String
  package let size: Size
  /// `nil` if no public source of it was found: then the server's own statement counts.
  package let checksum: Checksum?

  package init(_ name: String, _ size: Size, _ checksum: Checksum?) {
    self.name = name
    self.size = size
    self.checksum = checksum
  }

  package init(_ name: String, _ size: Size, sha256: String) { self.init(name, size, .sha256(sha256)) }

  package var exactSize: Int? { if case .exact(let bytes) = size { bytes } else { nil } }

  /// What to plan for.
  package var expectedSize: Int {
    switch size {
    case .exact(let bytes), .about(let bytes): bytes
    case .unknown: 0
    }
  }
}
