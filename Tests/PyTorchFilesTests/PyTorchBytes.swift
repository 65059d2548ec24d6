/// A zip archive of stored records, made by hand so that anything in it can be wrong.
struct ZipBytes {
  struct Record {
    var name: String
    var bytes: [UInt8]
    /// What the directory says; by default the truth.
    var method = 0
    var flags = 0
    var statedSize: Int?
    var statedPackedSize: Int?
    var statedHeader: Int?
    var nameInHeader: String?
    /// Sizes and place in 64 bits.
    var isWide = false
  }

  var records: [Record]
  var comment: [UInt8] = []
  var statedCount: Int?
  var statedDirectory: Int?
  var statedDirectorySize: Int?
  /// The archive's end in 64 bits, too.
  var isWide = false

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    for record in records {
      let header = bytes.count
      let (name, inHeader) = (Array(record.name.utf8), Array((record.nameInHeader ?? record.name).utf8))
      bytes += number(0x0403_4B50, 4) + number(20, 2) + number(record.flags, 2) + number(record.method, 2)
      bytes += number(0, 8) + number(record.bytes.count, 4) + number(record.bytes.count, 4)
      bytes += number(inHeader.count, 2) + number(0, 2) + inHeader + record.bytes
      let size = record.statedSize ?? record.bytes.count
      let packed = record.statedPackedSize ?? size
      let place = record.statedHeader ?? header
      let extra =
        record.isWide
        ? number(1, 2) + number(24, 2) + number(size, 8) + number(packed, 8) + number(place, 8) : []
      let elsewhere = 0xFFFF_FFFF
      directory += number(0x0201_4B50, 4) + number(0, 2) + number(20, 2) + number(record.flags, 2)
      directory += number(record.method, 2) + number(0, 8) + number(record.isWide ? elsewhere : packed, 4)
      directory +=
        number(record.isWide ? elsewhere : size, 4) + number(name.count, 2) + number(extra.count, 2)
      directory += number(0, 10) + number(record.isWide ? elsewhere : place, 4) + name + extra
    }
    let start = statedDirectory ?? bytes.count
    let (count, size) = (statedCount ?? records.count, statedDirectorySize ?? directory.count)
    bytes += directory
    if isWide {
      let end = bytes.count
      bytes += number(0x0606_4B50, 4) + number(44, 8) + number(0, 12) + number(count, 8) + number(count, 8)
      bytes += number(size, 8) + number(start, 8)
      bytes += number(0x0706_4B50, 4) + number(0, 4) + number(end, 8) + number(1, 4)
    }
    bytes +=
      number(0x0605_4B50, 4) + number(0, 4) + number(isWide ? 0xFFFF : count, 2)
      + number(isWide ? 0xFFFF : count, 2)
    bytes += number(isWide ? 0xFFFF_FFFF : size, 4) + number(isWide ? 0xFFFF_FFFF : start, 4)
    return bytes + number(comment.count, 2) + comment
  }
}

/// Little-endian, in so many bytes.
func number(_ value: Int, _ count: Int) -> [UInt8] {
  (0..<count).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
}

/// Operations of a pickle.
enum Op {
  static func text(_ text: String) -> [UInt8] { [0x58] + number(text.utf8.count, 4) + Array(text.utf8) }
  static func int(_ value: Int) -> [UInt8] { [0x8A, 8] + number(value, 8) }
  static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }
  static func ints(_ values: [Int]) -> [UInt8] { [0x28] + values.flatMap(int) + [0x74] }

  /// A tensor in storage `key`.
  static func tensor(
    _ key: String = "0", count: Int = 6, offset: Int = 0, shape: [Int] = [2, 3], strides: [Int] = [3, 1],
    type: String = "FloatStorage"
  ) -> [UInt8] {
    global("torch._utils", "_rebuild_tensor_v2") + [0x28, 0x28] + text("storage") + global("torch", type)
      + text(key) + text("cpu") + int(count) + [0x74, 0x51] + int(offset) + ints(shape) + ints(strides)
      + [0x89] + global("collections", "OrderedDict") + [0x29, 0x52, 0x74, 0x52]
  }

  /// {"a": value, …}
  static func dictionary(_ entries: [(String, [UInt8])]) -> [UInt8] {
    [0x7D, 0x28] + entries.flatMap { text($0.0) + $0.1 } + [0x75]
  }

  static func pickle(_ operations: [UInt8]) -> [UInt8] { [0x80, 2] + operations + [0x2E] }
}
