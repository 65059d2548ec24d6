/// Bytes as Python prints them: b'e '.
package enum PythonBytes {
  package static func literal(_ bytes: [UInt8]) -> String {
    let quote: Character = bytes.contains(0x27) && !bytes.contains(0x22) ? "\"" : "'"
    let quoteByte = quote.asciiValue
    let text = bytes.map { byte -> String in
      switch byte {
      case UInt8(ascii: "\\"), quoteByte: "\\" + String(Unicode.Scalar(byte))
      case UInt8(ascii: "\t"): "\\t"
      case UInt8(ascii: "\n"): "\\n"
      case UInt8(ascii: "\r"): "\\r"
      case 0x20..<0x7F: String(Unicode.Scalar(byte))
      default: "\\x" + hexadecimal(byte)
      }
    }
    return "b\(quote)\(text.joined())\(quote)"
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}
