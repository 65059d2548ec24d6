/// The bytes of every token, end to end.
package struct Vocabulary: Sendable, Equatable {
  /// A file stores a token's length in one byte.
  package static let longestToken = 255
  /// Token files hold uint16.
  package static let largestCount = 65_536

  private(set) var bytes: [UInt8] = []
  /// Where each token begins, and at last where the last one ends.
  private var offsets: [Int] = [0]

  package init() {}

  package var count: Int { offsets.count - 1 }

  /// - Parameter token: 1 to `longestToken` bytes.
  package mutating func append(_ token: some Collection<UInt8>) {
    precondition((1...Self.longestToken).contains(token.count), "a token has 1 to 255 bytes")
    bytes.append(contentsOf: token)
    offsets.append(bytes.count)
  }

  func range(of id: Int) -> Range<Int> { offsets[id]..<offsets[id + 1] }

  package subscript(id: Int) -> ArraySlice<UInt8> { bytes[range(of: id)] }
}
