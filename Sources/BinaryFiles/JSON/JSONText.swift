/// Writes JSON.
package enum JSONText {
  /// A string in quotes, with the escapes that JSON requires and no others.
  package static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\u{8}": quoted += "\\b"
      case "\u{C}": quoted += "\\f"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  /// A value as it would be read again, laid out as Python's `json.dumps(…, indent=2)` does.
  ///
  /// - Parameter depth: How deep inside other values it stands.
  package static func text(of value: JSONValue, depth: Int = 0) -> String {
    let indent = String(repeating: "  ", count: depth + 1)
    let end = "\n" + String(repeating: "  ", count: depth)
    switch value {
    case .null, .bool, .integer, .number: return value.summary
    case .string(let text): return quoted(text)
    case .array(let values):
      let lines = values.map { indent + text(of: $0, depth: depth + 1) }
      return lines.isEmpty ? "[]" : "[\n" + lines.joined(separator: ",\n") + end + "]"
    case .object(let object):
      let lines = object.members.map { indent + quoted($0.key) + ": " + text(of: $0.value, depth: depth + 1) }
      return lines.isEmpty ? "{}" : "{\n" + lines.joined(separator: ",\n") + end + "}"
    }
  }

  /// An object with a member a line, as Python's `json.dumps(…, indent=2)` writes it.
  ///
  /// - Parameter members: Names, and values that are JSON already.
  package static func object(_ members: [(key: String, json: String)]) -> String {
    guard !members.isEmpty else { return "{}" }
    return "{\n" + members.map { "  \(quoted($0.key)): \($0.json)" }.joined(separator: ",\n") + "\n}"
  }
}
