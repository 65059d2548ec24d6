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

  /// An object with a member a line, as Python's `json.dumps(…, indent=2)` writes it.
  ///
  /// - Parameter members: Names, and values that are JSON already.
  package static func object(_ members: [(key: String, json: String)]) -> String {
    guard !members.isEmpty else { return "{}" }
    return "{\n" + members.map { "  \(quoted($0.key)): \($0.json)" }.joined(separator: ",\n") + "\n}"
  }
}
