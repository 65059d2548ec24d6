#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Swift's values as JSON, by Foundation's coders: nothing else in the project needs Foundation.
///
/// JSON has no NaN and no infinities; they are written as strings, and read from them.
package enum JSONCoding {
  /// On one line, the members of objects in the order of their names.
  ///
  /// - Throws: What `value` throws when it is encoded.
  package static func line(_ value: some Encodable) throws -> String {
    try text(value, [.sortedKeys, .withoutEscapingSlashes])
  }

  /// A member a line.
  ///
  /// - Throws: What `value` throws when it is encoded.
  package static func indented(_ value: some Encodable) throws -> String {
    try text(value, [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])
  }

  /// - Throws: `DecodingError` for what is no JSON, or not that of such a value.
  package static func value<Value: Decodable>(
    _ type: Value.Type, from json: some Sequence<UInt8>
  ) throws -> Value {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return try decoder.decode(type, from: Data(json))
  }

  /// The text in one field of an object; what else is in it does not matter. Half a character in an escape becomes
  /// U+FFFD.
  ///
  /// - Throws: `DecodingError` for what is no JSON, no object, or has no text in that field.
  package static func text(in field: String, of json: some Sequence<UInt8>) throws -> String {
    do {
      return try JSONDecoder().decode(TextField.self, from: Data(json), configuration: field).text
    } catch DecodingError.dataCorrupted(let context) {
      // Seldom, so that the others need not be searched.
      guard let repaired = LoneSurrogates.replaced(in: Array(json)) else {
        throw DecodingError.dataCorrupted(context)
      }
      return try JSONDecoder().decode(TextField.self, from: Data(repaired), configuration: field).text
    }
  }

  private static func text(
    _ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting
  ) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// A field whose name is known only when the program runs.
  private struct TextField: DecodableWithConfiguration {
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
