import GPT2GGUF
import TestSupport

/// A copy of a tensor's data; the file may go.
func copy(of tensor: String, in file: GGUFFile) -> [UInt8]? {
  withExtendedLifetime(file) { file.bytes(ofTensor: tensor).map { Array($0) } }
}

/// A GGUF file built field by field, so that each can be made wrong.
struct GGUFBytes {
  private(set) var bytes: [UInt8] = []

  mutating func add<T: FixedWidthInteger>(_ values: T...) {
    for value in values { withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) } }
  }

  mutating func add(_ text: String) {
    add(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  mutating func pad() { while bytes.count % 32 != 0 { bytes.append(0) } }
}

/// A good file of one key, "k": uint32 7, and two tensors, "a" (2, 32) in Q8_0 and "b" (3) in F32; and where its
/// fields are.
enum GoodFile {
  static let version = 4
  static let tensorCount = 8
  static let entryCount = 16
  static let keyLength = 24
  static let key = 32
  static let valueType = 33
  static let value = 37
  static let firstName = 49
  static let dimensionCount = 50
  static let columns = 54
  static let rows = 62
  static let tensorType = 70
  static let offset = 74
  static let secondName = 90
  static let secondColumns = 95
  static let secondOffset = 107
  /// Of the data.
  static let start = 128

  static var bytes: [UInt8] {
    var file = GGUFBytes()
    file.add(UInt32(0x4655_4747), 3)
    file.add(UInt64(2), 1)
    file.add("k")
    file.add(UInt32(4), 7)
    file.add("a")
    file.add(UInt32(2))
    file.add(UInt64(32), 2)
    file.add(UInt32(8))
    file.add(UInt64(0))
    file.add("b")
    file.add(UInt32(1))
    file.add(UInt64(3))
    file.add(UInt32(0))
    file.add(UInt64(96))
    file.pad()
    return file.bytes + [UInt8](repeating: 1, count: 128)
  }
}

extension [UInt8] {
  mutating func put(_ value: some FixedWidthInteger, at offset: Int) {
    Swift.withUnsafeBytes(of: value.littleEndian) { replaceSubrange(offset..<offset + $0.count, with: $0) }
  }
}
