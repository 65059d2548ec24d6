/// Paths as text. To the system a path is bytes, to Swift text is UTF-8, which repairs what is none: so each byte that
/// belongs to no UTF-8 stands in the text as a scalar of its own, from which it is had back.
///
/// A byte b, which is 0x80 or more then, is the scalar U+10FE00 + b, of those that Unicode leaves to private use. The
/// bytes of such a scalar that is really in a name are written the same way, so two paths are never one text. The text is
/// Unicode, and goes through JSON and back as any other.
package enum PathText {
  private static let scalars: ClosedRange<UInt32> = 0x10_FE80...0x10_FEFF
  private static let base: UInt32 = 0x10_FE00

  package static func text(of bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self), !isEscaped(text) { return text }
    var text = String.UnicodeScalarView()
    var parser = Unicode.UTF8.ForwardParser()
    var rest = bytes.makeIterator()
    var start = 0
    while true {
      switch parser.parseScalar(from: &rest) {
      case .valid(let encoded):
        let scalar = Unicode.UTF8.decode(encoded)
        if scalars.contains(scalar.value) {
          text.append(contentsOf: encoded.map(escaped))
        } else {
          text.append(scalar)
        }
        start += encoded.count
      case .error(let length):
        text.append(contentsOf: bytes[start..<start + length].map(escaped))
        start += length
      case .emptyInput: return String(text)
      }
    }
  }

  /// - Parameter characters: Up to a zero, as C has them.
  package static func text(of characters: UnsafePointer<CChar>) -> String {
    text(of: UnsafeBufferPointer(start: characters, count: strlen(characters)).map(UInt8.init(bitPattern:)))
  }

  /// The bytes that a text stands for.
  package static func bytes(of text: String) -> [UInt8] {
    guard isEscaped(text) else { return Array(text.utf8) }
    return text.unicodeScalars.flatMap { byte(of: $0).map { [$0] } ?? Array(String($0).utf8) }
  }

  /// The same for C, with a zero behind them; `nil` if there is one in them, too, where C would take the path to end.
  package static func characters(of text: String) -> [CChar]? {
    let bytes = bytes(of: text)
    guard !bytes.contains(0) else { return nil }
    return bytes.map(CChar.init(bitPattern:)) + [0]
  }

  /// As people may read it: each byte that is no text as \xNN.
  package static func printable(_ text: String) -> String {
    guard isEscaped(text) else { return text }
    return text.unicodeScalars.map { scalar in
      byte(of: scalar).map { "\\x" + String($0, radix: 16, uppercase: true) } ?? String(scalar)
    }.joined()
  }

  /// Text that is no path, and came the same way: with a replacement character for what is no UTF-8, as Swift has it.
  package static func repaired(_ text: String) -> String {
    isEscaped(text) ? String(decoding: bytes(of: text), as: UTF8.self) : text
  }

  private static func isEscaped(_ text: String) -> Bool {
    text.unicodeScalars.contains { scalars.contains($0.value) }
  }

  private static func byte(of scalar: Unicode.Scalar) -> UInt8? {
    scalars.contains(scalar.value) ? UInt8(scalar.value - base) : nil
  }

  private static func escaped(_ byte: UInt8) -> Unicode.Scalar {
    // All of them are scalars.
    Unicode.Scalar(base + UInt32(byte)) ?? "\u{FFFD}"
  }
}
