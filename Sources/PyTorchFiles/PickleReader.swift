import GPT2BinaryFiles

/// Reads a pickle's bytes, one after the other and none beyond its end.
struct PickleReader {
  /// The file, for errors.
  let path: String
  let bytes: UnsafeRawBufferPointer
  private(set) var offset = 0

  init(path: String, bytes: UnsafeRawBufferPointer) {
    self.path = path
    self.bytes = bytes
  }

  mutating func byte() throws(FileError) -> UInt8 {
    guard offset < bytes.count else { throw cutShort }
    defer { offset += 1 }
    return bytes[offset]
  }

  /// A little-endian number of so many bytes, without a sign.
  mutating func number(_ count: Int) throws(FileError) -> UInt64 {
    guard count <= bytes.count - offset else { throw cutShort }
    var value: UInt64 = 0
    for index in 0..<count { value |= UInt64(bytes[offset + index]) << (8 * index) }
    offset += count
    return value
  }

  /// A whole number of so many bytes in two's complement.
  mutating func signedNumber(_ count: Int) throws(FileError) -> Int {
    guard count <= 8 else { throw damaged("a number of \(count) bytes") }
    guard count > 0 else { return 0 }
    let unused = 64 - 8 * count
    return Int(Int64(bitPattern: try number(count) << unused) >> unused)
  }

  /// The only number that is big-endian.
  mutating func double() throws(FileError) -> Double {
    Double(bitPattern: try number(8).byteSwapped)
  }

  mutating func text(_ count: UInt64) throws(FileError) -> String {
    guard count <= UInt64(bytes.count - offset) else { throw cutShort }
    let end = offset + Int(count)
    defer { offset = end }
    guard let text = String(validating: bytes[offset..<end], as: UTF8.self) else {
      throw damaged("text that is no UTF-8")
    }
    return text
  }

  /// Up to the end of the line, which is passed.
  mutating func line() throws(FileError) -> String {
    guard let end = bytes[offset...].firstIndex(of: UInt8(ascii: "\n")) else { throw cutShort }
    defer { offset = end + 1 }
    return String(decoding: bytes[offset..<end], as: UTF8.self)
  }

  private var cutShort: FileError { damaged("a pickle that is cut off") }

  func damaged(_ found: String) -> FileError {
    FileError(
      path,
      .mismatch(
        found: found, expected: "a pickle of tensors as PyTorch writes it",
        advice: "it is damaged or of another program; save it again"))
  }
}
