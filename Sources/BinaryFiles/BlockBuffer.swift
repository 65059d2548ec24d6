/// Bytes that come in parts of any size, for a hash that works them in by whole blocks.
package struct BlockBuffer {
  private let blockSize: Int
  /// What does not fill a block yet.
  package private(set) var rest: [UInt8] = []
  /// How many bytes came.
  package private(set) var count: UInt64 = 0

  package init(of blockSize: Int) { self.blockSize = blockSize }

  /// - Parameter absorb: Takes in whole blocks, one or more.
  package mutating func add(_ bytes: UnsafeRawBufferPointer, _ absorb: (UnsafeRawBufferPointer) -> Void) {
    count &+= UInt64(bytes.count)
    var bytes = bytes
    if !rest.isEmpty {
      let missing = bytes.prefix(blockSize - rest.count)
      rest += missing
      bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(missing.count))
      guard rest.count == blockSize else { return }
      rest.withUnsafeBytes { absorb($0) }
      rest = []
    }
    let whole = bytes.count - bytes.count % blockSize
    if whole > 0 { absorb(UnsafeRawBufferPointer(rebasing: bytes[..<whole])) }
    rest += bytes[whole...]
  }
}
