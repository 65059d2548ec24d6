import GPT2BinaryFiles

/// A table of bytes as MNIST's files hold it, packed by gzip or not (the idx format of yann.lecun.com/exdb/mnist):
///
///     byte     0, 0     always
///     byte     8        the values' type, unsigned bytes
///     byte     R        how many dimensions there are
///     uint32   R sizes  big-endian
///     byte     values   the last dimension changes fastest
struct IDXFile {
  let path: String
  /// R sizes, each at least 1.
  let dimensions: [Int]
  /// As many as the product of the dimensions.
  let values: [UInt8]

  /// - Parameters:
  ///   - rank: R, how many dimensions the table must have.
  ///   - kind: What it should hold, for the error: "images".
  /// - Throws: `FileError` if the file is no such table, or has not the size that its header declares.
  init(contentsOf path: String, rank: Int, holding kind: String) throws(FileError) {
    let file = try MappedFile(path: path)
    if GzipStream.isGzip(file) {
      try self.init(GzipStream(file), rank: rank, holding: kind)
    } else {
      try self.init(PlainSource(file), rank: rank, holding: kind)
    }
  }

  private init(_ source: some ByteSource, rank: Int, holding kind: String) throws(FileError) {
    path = source.path
    dimensions = try Self.dimensions(in: source, rank: rank, kind)
    let declared = dimensions.reduce(CheckedCount(1)) { $0 * $1 }
    let limit = source.limit
    guard let count = declared.value, count <= limit else {
      throw FileError(
        path,
        .mismatch(
          found: "a header that declares \(dimensions.map(String.init).joined(separator: " × ")) bytes",
          expected: "at most the \(limit) that the file can hold after it",
          advice: "it is damaged or cut short: fetch it again"))
    }
    try DeclaredMemory.check(CheckedCount(count), for: "a table of \(count) bytes", of: path)
    values = try source.read(count)
    let headerSize = 4 * (1 + rank)
    guard values.count == count else {
      throw FileError(path, .wrongSize(found: headerSize + values.count, expected: headerSize + count))
    }
    // Also the place where packed data turn out to be damaged.
    guard try source.read(1).isEmpty else {
      throw FileError(
        path,
        .mismatch(
          found: "more than \(headerSize + count) bytes", expected: "just these from its header",
          advice: "something was appended, or the header is damaged: fetch it again"))
    }
  }

  /// Reads and checks the header.
  private static func dimensions(
    in source: some ByteSource, rank: Int, _ kind: String
  ) throws(FileError) -> [Int] {
    let bytes = try source.read(4 * (1 + rank))
    let magic = UInt32(0x800 + rank)
    // A short file of another kind is better called that than short.
    if bytes.count >= 4, bytes.bigEndian(at: 0) != magic {
      throw FileError(
        source.path,
        .wrongMagic(
          found: Int32(bitPattern: bytes.bigEndian(at: 0)), expected: Int32(magic),
          kind: "idx file of \(kind)"))
    }
    guard bytes.count == 4 * (1 + rank) else {
      throw FileError(source.path, .truncatedHeader(found: bytes.count, expected: 4 * (1 + rank)))
    }
    let sizes = (1...rank).map { Int(bytes.bigEndian(at: 4 * $0)) }
    for (index, size) in sizes.enumerated() where size == 0 {
      throw FileError(
        source.path, .invalidField(name: "size of dimension \(index)", found: 0, expected: "at least 1"))
    }
    return sizes
  }
}

extension [UInt8] {
  fileprivate func bigEndian(at offset: Int) -> UInt32 {
    self[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }
}
