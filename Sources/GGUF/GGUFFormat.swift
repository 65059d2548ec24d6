/// What is the same for every GGUF file: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
///
/// A header (magic, version, counts of tensors and metadata), the metadata, what there is to say of each tensor,
/// and from the next multiple of the alignment on the tensors' data, each at such a multiple. All little-endian.
package enum GGUFFormat {
  /// "GGUF"
  package static let magic: Int32 = 0x4655_4747
  static let version: Int32 = 3
  /// Version 2 differs from 3 only in that it is never big-endian.
  static let versionsRead: [Int32] = [2, 3]

  static let alignmentKey = "general.alignment"
  static let defaultAlignment = 32
  static let largestAlignment = 1 << 20
  static let mostDimensions = 4
  static let longestKey = 65_535
  /// Of an array: far more than any vocabulary or list of merges has.
  static let mostElements = 1 << 24

  /// The next multiple of the alignment, a power of two.
  static func aligned(_ offset: Int, to alignment: Int) -> Int { (offset + alignment - 1) & -alignment }
}
