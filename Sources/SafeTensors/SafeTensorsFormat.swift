/// What is the same for every safetensors file: https://github.com/huggingface/safetensors#format
///
/// Eight bytes that hold the length of the header, little-endian; the header, a JSON object of a member for each
/// tensor, filled up with spaces; the tensors' values, one after the other without gaps.
enum SafeTensorsFormat {
  /// Of the header's length.
  static let prefixBytes = 8
  /// As in the reference implementation.
  static let longestHeader = 100_000_000
  /// JSON's, which may stand before the header's brace.
  static let whiteSpace: [UInt8] = [0x20, 0x0A, 0x0D, 0x09]
  static let metadataKey = "__metadata__"
  /// The header is filled up to such a multiple.
  static let alignment = 8
}
