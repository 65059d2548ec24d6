import GPT2BinaryFiles

/// The records of a zip archive as PyTorch writes it: stored, none compressed, so that each lies in the file as it is.
///
/// What is at the file's end says where the directory is, and the directory where each record's own header is, behind
/// which its bytes are (APPNOTE.TXT 6.3.10, 4.3). Large archives say so in records of 64 bits beside those of 32.
struct ZipArchive {
  let file: MappedFile
  /// By name: where its bytes lie in the file.
  let records: [String: Range<Int>]

  /// "PK\3\4", with which the first record's header begins.
  static let magic: Int32 = 0x0403_4B50

  private static let directoryMagic = 0x0201_4B50
  private static let endMagic = 0x0605_4B50
  private static let wideEndMagic = 0x0606_4B50
  private static let wideLocatorMagic = 0x0706_4B50
  private static let headerBytes = 30
  private static let entryBytes = 46
  private static let endBytes = 22
  private static let wideLocatorBytes = 20
  private static let wideEndBytes = 56
  /// A value of 32 bits that stands elsewhere in 64; and one of 16.
  private static let elsewhere = 0xFFFF_FFFF
  private static let countElsewhere = 0xFFFF

  /// - Throws: `FileError` if the archive is not whole, has a record that is compressed or encrypted, has two of one
  ///   name, or two that share bytes.
  init(_ file: MappedFile) throws(FileError) {
    self.file = file
    let reader = ZipReader(file: file)
    let directory = try Self.directory(reader)
    var records: [String: Range<Int>] = [:]
    var offset = directory.offset
    for _ in 0..<directory.count {
      let entry = try Self.entry(reader, at: &offset, end: directory.end)
      guard records.updateValue(try Self.data(of: entry, reader, directory), forKey: entry.name) == nil else {
        throw reader.damaged("record \(entry.name.onOneShortLine) twice")
      }
    }
    guard offset == directory.end else { throw reader.damaged("bytes behind the directory's last record") }
    try Self.checkApart(records, reader)
    self.records = records
  }

  private struct Directory {
    let offset: Int
    let end: Int
    let count: Int
  }

  /// Where the directory is, by the last bytes of the file; PyTorch writes no comment behind them.
  private static func directory(_ reader: ZipReader) throws(FileError) -> Directory {
    let end = reader.file.count - endBytes
    guard end >= 0, try reader.number(4, at: end) == endMagic else {
      throw reader.damaged("no end of a zip archive")
    }
    var count = try reader.number(2, at: end + 10)
    var size = try reader.number(4, at: end + 12)
    var offset = try reader.number(4, at: end + 16)
    var directoryEnd = end
    let locator = end - wideLocatorBytes
    if locator >= 0, try reader.number(4, at: locator) == wideLocatorMagic {
      let wide = try reader.number(8, at: locator + 8)
      guard wide <= locator - wideEndBytes, try reader.number(4, at: wide) == wideEndMagic else {
        throw reader.damaged("a second end of the archive that is not where it should be")
      }
      (count, size) = (try reader.number(8, at: wide + 32), try reader.number(8, at: wide + 40))
      offset = try reader.number(8, at: wide + 48)
      directoryEnd = wide
    } else if count == countElsewhere || size == elsewhere || offset == elsewhere {
      throw reader.damaged("a directory that is said elsewhere, which is nowhere")
    }
    guard let end = (CheckedCount(offset) + size).value, end == directoryEnd else {
      throw reader.damaged("a directory that does not end where the archive does")
    }
    // Or a number out of all proportion would be counted up to.
    guard count <= size / entryBytes else {
      throw reader.damaged("\(count) records in a directory of \(size) bytes")
    }
    return Directory(offset: offset, end: end, count: count)
  }

  private struct Entry {
    let name: String
    let header: Int
    let size: Int
  }

  /// One record of the directory; `offset` moves to the next.
  private static func entry(
    _ reader: ZipReader, at offset: inout Int, end: Int
  ) throws(FileError) -> Entry {
    let start = offset
    guard end - start >= entryBytes, try reader.number(4, at: start) == directoryMagic else {
      throw reader.damaged("no record of the directory where one should be")
    }
    let nameBytes = try reader.number(2, at: start + 28)
    let extraBytes = try reader.number(2, at: start + 30)
    offset = start + entryBytes + nameBytes + extraBytes + (try reader.number(2, at: start + 32))
    guard offset <= end else { throw reader.damaged("a record that is longer than the directory") }
    let name = try reader.text(start + entryBytes..<start + entryBytes + nameBytes)
    guard try reader.number(2, at: start + 8) & 1 == 0, try reader.number(2, at: start + 10) == 0 else {
      throw reader.damaged("record \(name.onOneShortLine) that is compressed or encrypted")
    }
    var sizes: [Int] = []
    for place in [24, 20, 42] { sizes.append(try reader.number(4, at: start + place)) }
    // In this order, and only those that do not fit.
    var wide = try reader.wideNumbers(start + entryBytes + nameBytes, count: extraBytes)
    for index in sizes.indices where sizes[index] == elsewhere {
      guard let number = wide.popFirst() else {
        throw reader.damaged("record \(name.onOneShortLine) of a size that is said nowhere")
      }
      sizes[index] = number
    }
    let (size, packed, header) = (sizes[0], sizes[1], sizes[2])
    guard size == packed else {
      throw reader.damaged("record \(name.onOneShortLine) of \(packed) bytes that says it is \(size)")
    }
    return Entry(name: name, header: header, size: size)
  }

  /// Behind the record's own header, which must agree with the directory, and before the directory.
  private static func data(
    of entry: Entry, _ reader: ZipReader, _ directory: Directory
  ) throws(FileError) -> Range<Int> {
    let name = entry.name.onOneShortLine
    guard entry.header <= directory.offset - headerBytes,
      try reader.number(4, at: entry.header) == Int(magic)
    else { throw reader.damaged("record \(name) without its header") }
    let nameBytes = try reader.number(2, at: entry.header + 26)
    let nameStart = entry.header + headerBytes
    let start = nameStart + nameBytes + (try reader.number(2, at: entry.header + 28))
    guard let end = (CheckedCount(start) + entry.size).value, end <= directory.offset else {
      throw reader.damaged("record \(name) of \(entry.size) bytes, more than there are")
    }
    guard try reader.text(nameStart..<nameStart + nameBytes) == entry.name else {
      throw reader.damaged("record \(name) with another name in its header")
    }
    return start..<end
  }

  /// That no two records share bytes: a small file must not pass for a large one.
  private static func checkApart(_ records: [String: Range<Int>], _ reader: ZipReader) throws(FileError) {
    var end = 0
    let inOrder = records.filter { !$0.value.isEmpty }.sorted { $0.value.lowerBound < $1.value.lowerBound }
    for (name, range) in inOrder {
      guard range.lowerBound >= end else {
        throw reader.damaged("record \(name.onOneShortLine) inside another")
      }
      end = range.upperBound
    }
  }
}

/// Reads an archive's numbers and names, none beyond the file.
private struct ZipReader {
  let file: MappedFile

  /// A little-endian number of so many bytes.
  func number(_ bytes: Int, at offset: Int) throws(FileError) -> Int {
    guard offset >= 0, offset <= file.count - bytes else { throw damaged("a header that is cut off") }
    var value: UInt64 = 0
    for index in 0..<bytes { value |= UInt64(file.bytes[offset + index]) << (8 * index) }
    guard let number = Int(exactly: value) else { throw damaged("a size of \(value) bytes") }
    return number
  }

  func text(_ range: Range<Int>) throws(FileError) -> String {
    guard range.upperBound <= file.count,
      let text = String(validating: file.bytes[range], as: UTF8.self)
    else { throw damaged("a record whose name is no text") }
    return text
  }

  /// The 64-bit numbers in the extra field that stands for those which do not fit 32 bits.
  func wideNumbers(_ start: Int, count: Int) throws(FileError) -> ArraySlice<Int> {
    var offset = start
    while offset + 4 <= start + count {
      let (kind, size) = (try number(2, at: offset), try number(2, at: offset + 2))
      guard offset + 4 + size <= start + count else { break }
      if kind == 1 {
        var numbers: [Int] = []
        for index in 0..<min(3, size / 8) { numbers.append(try number(8, at: offset + 4 + 8 * index)) }
        return numbers[...]
      }
      offset += 4 + size
    }
    return []
  }

  func damaged(_ found: String) -> FileError {
    FileError(
      file.path,
      .mismatch(
        found: found, expected: "a file of PyTorch's, a zip archive of stored records",
        advice: "it is cut short, damaged or of another program; save or fetch it again"))
  }
}
