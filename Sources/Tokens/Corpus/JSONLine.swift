#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

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
      return try JSONDecoder().decode(Record.self, from: Data(line), configuration: field).text
    } catch DecodingError.dataCorrupted {
      throw problem("a JSON object")
    } catch {
      throw problem(#"a JSON object with a text in its field "\#(field.onOneShortLine)""#)
    }
  }

  /// The one field that is wanted; others do not matter.
  private struct Record: DecodableWithConfiguration {
    let text: String

    struct Key: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder, configuration field: String) throws {
      text = try decoder.container(keyedBy: Key.self).decode(String.self, forKey: Key(stringValue: field))
    }
  }
}
