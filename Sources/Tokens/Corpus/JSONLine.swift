import GPT2BinaryFiles

/// A line that holds a JSON object with a text in one of its fields.
struct JSONLine: Sendable {
  let field: String

  /// The text on a line, or `nil` if the line is blank.
  ///
  /// - Throws: `LineProblem` if the line is not UTF-8, no JSON object, or has no text in the field.
  func text(
    in line: Slice<UnsafeBufferPointer<UInt8>>, number: Int
  ) throws(LineProblem) -> String? {
    let isBlank = line.allSatisfy {
      [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")].contains($0)
    }
    guard !isBlank else { return nil }
    func problem(_ expected: String) -> LineProblem {
      LineProblem(
        line: number, found: String(decoding: line.prefix(240), as: UTF8.self), expected: expected)
    }
    guard String(validating: line, as: UTF8.self) != nil else { throw problem("UTF-8") }
    do {
      return try JSONCoding.text(in: field, of: line)
    } catch DecodingError.dataCorrupted {
      throw problem("a JSON object")
    } catch {
      throw problem(#"a JSON object with a text in its field "\#(field.onOneShortLine)""#)
    }
  }
}
