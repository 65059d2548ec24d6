/// A value of a JSON text (RFC 8259).
///
/// Foundation's decoder keeps one of two members of the same name and does not say so; in files that are not
/// trusted that must be an error.
package enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  /// A number without fraction or exponent that fits an `Int`.
  case integer(Int)
  /// Any other number.
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  package var integer: Int? { if case .integer(let value) = self { value } else { nil } }
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  package var string: String? { if case .string(let value) = self { value } else { nil } }
  package var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  package var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

  package var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The value, or its kind, as an error message may show it.
  package var summary: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let text): "'\(text.onOneShortLine)'"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// The members of a JSON object in the order of the text; no name occurs twice.
package struct JSONObject: Equatable, Sendable {
  package struct Member: Equatable, Sendable {
    package let key: String
    package let value: JSONValue
  }

  package private(set) var members: [Member] = []
  private var places: [String: Int] = [:]

  package init() {}

  package subscript(key: String) -> JSONValue? { places[key].map { members[$0].value } }

  /// - Returns: Whether there was no member of that name; if there was, nothing is changed.
  package mutating func append(_ key: String, _ value: JSONValue) -> Bool {
    guard places.updateValue(members.count, forKey: key) == nil else { return false }
    members.append(Member(key: key, value: value))
    return true
  }
}
