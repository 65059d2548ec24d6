/// Reads a JSON text strictly: one value, no member twice, nothing after it.
package struct JSONParser {
  /// The file, for errors.
  let path: String
  let bytes: UnsafeRawBufferPointer
  /// The number of the line that is all of the text; `nil` if the text is a file.
  let line: Int?
  var offset = 0

  /// Arrays and objects inside one another; more would be no file of ours, and could exhaust the stack.
  private static let greatestDepth = 128

  /// The value of a text.
  ///
  /// - Parameter line: The number of the line that it is of a file, if it is not all of the file.
  /// - Throws: `FileError` with the line where it stops being JSON.
  static func parse(
    _ bytes: UnsafeRawBufferPointer, path: String, line: Int?
  ) throws(FileError) -> JSONValue {
    // A value, such as a digit, takes at least two bytes with what separates it from the next.
    let most = CheckedCount(bytes.count / 2) * MemoryLayout<JSONValue>.stride
    try DeclaredMemory.check(most, for: "JSON of \(bytes.count) bytes", of: path)
    var parser = JSONParser(path: path, bytes: bytes, line: line)
    let value = try parser.nextValue(depth: 0)
    parser.skipSpace()
    guard parser.offset == bytes.count else { throw parser.unexpected(parser.end) }
    return value
  }

  /// The value of a file.
  ///
  /// - Throws: As for one of several lines.
  package static func parse(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) -> JSONValue {
    try parse(bytes, path: path, line: nil)
  }

  /// - Throws: As for bytes.
  package static func parse(_ text: String, path: String) throws(FileError) -> JSONValue {
    let result = Array(text.utf8).withUnsafeBytes { bytes in
      Result { () throws(FileError) in try parse(bytes, path: path) }
    }
    return try result.get()
  }

  /// The object that a file holds.
  ///
  /// - Throws: `FileError` if the file cannot be read, is no JSON, or holds another kind of value.
  package static func object(contentsOf path: String) throws(FileError) -> JSONObject {
    let file = try MappedFile(path: path)
    if let kind = FileKind(of: file.bytes) { throw .anotherKind(kind, at: path, expected: "JSON file") }
    let value = try parse(file.bytes, path: path)
    withExtendedLifetime(file) {}
    guard let object = value.object else {
      throw FileError(
        path,
        .mismatch(found: "JSON that is \(value.summary)", expected: "an object", advice: "check the file"))
    }
    return object
  }

  private init(path: String, bytes: UnsafeRawBufferPointer, line: Int?) {
    self.path = path
    self.bytes = bytes
    self.line = line
  }

  var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
  }

  /// Passes `character` if it comes next.
  mutating func passes(_ character: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  private mutating func nextValue(depth: Int) throws(FileError) -> JSONValue {
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return try nextObject(depth: depth)
    case UInt8(ascii: "["): return try nextArray(depth: depth)
    case UInt8(ascii: "\""): return .string(try nextString())
    case UInt8(ascii: "t"): return try nextWord("true", .bool(true))
    case UInt8(ascii: "f"): return try nextWord("false", .bool(false))
    case UInt8(ascii: "n"): return try nextWord("null", .null)
    case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try nextNumber()
    default: throw unexpected("a JSON value")
    }
  }

  private mutating func nextWord(_ word: StaticString, _ value: JSONValue) throws(FileError) -> JSONValue {
    let isThere = word.withUTF8Buffer { bytes[offset...].starts(with: $0) }
    guard isThere else { throw unexpected("a JSON value") }
    offset += word.utf8CodeUnitCount
    return value
  }

  private mutating func nextArray(depth: Int) throws(FileError) -> JSONValue {
    try open(depth: depth)
    var values: [JSONValue] = []
    skipSpace()
    if passes("]") { return .array(values) }
    while true {
      values.append(try nextValue(depth: depth + 1))
      skipSpace()
      if passes("]") { return .array(values) }
      guard passes(",") else { throw unexpected("',' or ']'") }
    }
  }

  private mutating func nextObject(depth: Int) throws(FileError) -> JSONValue {
    try open(depth: depth)
    var object = JSONObject()
    skipSpace()
    if passes("}") { return .object(object) }
    while true {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw unexpected("a name in quotes") }
      let key = try nextString()
      skipSpace()
      guard passes(":") else { throw unexpected("':'") }
      guard object.append(key, try nextValue(depth: depth + 1)) else {
        throw error(found: "\(key) a second time", expected: "each name once")
      }
      skipSpace()
      if passes("}") { return .object(object) }
      guard passes(",") else { throw unexpected("',' or '}'") }
    }
  }

  /// Passes a bracket.
  private mutating func open(depth: Int) throws(FileError) {
    guard depth < Self.greatestDepth else {
      throw unexpected("at most \(Self.greatestDepth) brackets inside one another")
    }
    offset += 1
  }

  private mutating func nextNumber() throws(FileError) -> JSONValue {
    let start = offset
    _ = passes("-")
    let startsWithZero = current == UInt8(ascii: "0")
    let digits = skipDigits()
    var isWhole = true
    var isNumber = digits == 1 || digits > 1 && !startsWithZero
    if passes(".") {
      isWhole = false
      isNumber = isNumber && skipDigits() > 0
    }
    if passes("e") || passes("E") {
      isWhole = false
      if !passes("-") { _ = passes("+") }
      isNumber = isNumber && skipDigits() > 0
    }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    if isNumber, isWhole, let integer = Int(text) { return .integer(integer) }
    guard isNumber, let number = Double(text), number.isFinite else {
      throw error(found: text, expected: "a JSON number")
    }
    return .number(number)
  }

  private mutating func skipDigits() -> Int {
    let start = offset
    while let byte = current, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { offset += 1 }
    return offset - start
  }
}
