import GPT2BinaryFiles
import GPT2Platform

/// Turns the bytes of one text, which come in parts of any size, into the UTF-8 that is encoded: see `TextReading`.
struct TextDecoder {
  private let convertsLineEnds: Bool
  private let encoding: TextEncoding
  /// The bytes of the mark that are still to come.
  private var markLength = 0
  private var utf16 = UTF16Parts()
  /// Whether the last byte was a "\r", which has become a "\n" already.
  private var followsReturn = false
  private var conversions = TextConversions()

  /// - Parameters:
  ///   - head: The first bytes of the text, which tell its encoding; they are decoded as all others are.
  ///   - name: What the text is called in errors.
  /// - Throws: `FileError` if it is no text.
  init(
    _ reading: TextReading, head: UnsafeRawBufferPointer, convertingLineEnds: Bool, name: String
  ) throws(FileError) {
    convertsLineEnds = convertingLineEnds && reading == .text
    guard reading == .text else {
      encoding = .utf8
      return
    }
    do throws(UnreadableText) {
      (encoding, markLength) = try TextEncoding.of(head)
    } catch {
      throw error.error(about: name)
    }
    if encoding != .utf8 { conversions.fromUTF16 += 1 } else if markLength > 0 { conversions.marks += 1 }
  }

  /// Appends what the next bytes of the text become, as far as that is certain.
  mutating func decode(_ part: UnsafeRawBufferPointer, isLast: Bool, into text: inout [UInt8]) {
    let mark = min(markLength, part.count)
    markLength -= mark
    append(UnsafeRawBufferPointer(rebasing: part[mark...]), isLast, &text)
  }

  private mutating func append(_ part: UnsafeRawBufferPointer, _ isLast: Bool, _ text: inout [UInt8]) {
    guard case .utf16(let isBigEndian) = encoding else { return appendLines(of: part, to: &text) }
    let decoded = utf16.decode(part, isBigEndian: isBigEndian, isLast: isLast)
    decoded.withUnsafeBytes { appendLines(of: $0, to: &text) }
  }

  /// Appends UTF-8, with the line ends changed.
  private mutating func appendLines(of part: UnsafeRawBufferPointer, to text: inout [UInt8]) {
    guard convertsLineEnds else { return text.append(contentsOf: part) }
    var rest = part[...]
    if followsReturn, let first = rest.first {
      if first == UInt8(ascii: "\n") { rest = rest.dropFirst() }
      followsReturn = false
    }
    while let end = Self.firstReturn(in: part, from: rest.startIndex) {
      text.append(contentsOf: rest[..<end])
      text.append(UInt8(ascii: "\n"))
      conversions.lineEnds += 1
      rest = rest[(end + 1)...]
      followsReturn = rest.isEmpty
      if rest.first == UInt8(ascii: "\n") { rest = rest.dropFirst() }
    }
    text.append(contentsOf: rest)
  }

  /// By the C library, which looks at many bytes at once: most texts have none.
  private static func firstReturn(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    guard let base = bytes.baseAddress, start < bytes.count,
      let found = memchr(base + start, 0x0D, bytes.count - start)
    else { return nil }
    return UnsafeRawPointer(found) - base
  }

  /// What was changed since this was last asked.
  mutating func takeConversions() -> TextConversions {
    defer { conversions = TextConversions() }
    return conversions
  }
}

/// Decodes UTF-16 that comes in parts. A surrogate without its other half, and half a unit at the end, become U+FFFD.
private struct UTF16Parts {
  /// The first byte of a unit.
  private var half: UInt8?
  /// A leading surrogate.
  private var lead: UInt16?

  mutating func decode(_ part: UnsafeRawBufferPointer, isBigEndian: Bool, isLast: Bool) -> [UInt8] {
    var units: [UInt16] = []
    units.reserveCapacity(part.count / 2 + 2)
    if let lead { units.append(lead) }
    lead = nil
    for byte in part {
      guard let first = half else {
        half = byte
        continue
      }
      half = nil
      units.append(isBigEndian ? UInt16(first) << 8 | UInt16(byte) : UInt16(byte) << 8 | UInt16(first))
    }
    if !isLast, let last = units.last, UTF16.isLeadSurrogate(last) { lead = units.removeLast() }
    if isLast, half != nil { units.append(0xFFFD) }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }
}

extension TextReading {
  /// A text that is held as a whole, such as a prompt.
  ///
  /// - Parameter name: What it is called in errors.
  /// - Throws: `FileError` if it is no text.
  package func decode(
    _ bytes: [UInt8], of name: String
  ) throws(FileError) -> (text: [UInt8], conversions: TextConversions) {
    // `withUnsafeBytes` rethrows untyped, so the typed error travels as a result.
    var decoder = try bytes.prefix(TextEncoding.headLength).withUnsafeBytes { head in
      Result { () throws(FileError) in
        try TextDecoder(self, head: head, convertingLineEnds: true, name: name)
      }
    }.get()
    var text: [UInt8] = []
    bytes.withUnsafeBytes { decoder.decode($0, isLast: true, into: &text) }
    return (text, decoder.takeConversions())
  }
}
