import GPT2BinaryFiles

extension Decoder {
  /// An object that has no other members than these.
  ///
  /// - Throws: `InspectionError.unreadable` for another; `DecodingError` for what is no object.
  func object<Key: CodingKey & CaseIterable>(
    _ keys: Key.Type
  ) throws -> KeyedDecodingContainer<Key> {
    let names = Key.allCases.map(\.stringValue)
    for member in try container(keyedBy: AnyKey.self).allKeys where !names.contains(member.stringValue) {
      throw InspectionError.unreadable(
        path: codingPath.words, found: "a member \"\(member.stringValue)\"",
        expected: "only \(names.joined(separator: ", "))")
    }
    return try container(keyedBy: keys)
  }
}

/// The name of any member.
private struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension [any CodingKey] {
  /// "neurons[2].layer"
  var words: String {
    reduce("") { path, key in
      if let index = key.intValue { return "\(path)[\(index)]" }
      return path.isEmpty ? key.stringValue : "\(path).\(key.stringValue)"
    }
  }
}

extension InspectionError {
  /// What the project's own parser says, which is stricter than Foundation's: no member twice, nothing too deep.
  init(_ error: FileError) {
    switch error.cause {
    case .unparsableText(let line, let found, let expected):
      self = .unreadable(path: "line \(line)", found: "'\(found.onOneShortLine)'", expected: expected)
    case .mismatch(let found, let expected, _):
      self = .unreadable(path: "", found: found, expected: expected)
    default: self = .unreadable(path: "", found: "what is no JSON", expected: "a request in JSON")
    }
  }

  init(_ error: DecodingError) {
    switch error {
    case .keyNotFound(let key, let context):
      self = .unreadable(
        path: context.codingPath.words, found: "no \(key.stringValue)", expected: "one in this object")
    case .typeMismatch(let type, let context):
      self = .unreadable(
        path: context.codingPath.words, found: "a value of another kind", expected: Self.words(for: type))
    case .valueNotFound(let type, let context):
      self = .unreadable(path: context.codingPath.words, found: "null", expected: Self.words(for: type))
    case .dataCorrupted(let context):
      self =
        if !context.codingPath.isEmpty {
          .unreadable(
            path: context.codingPath.words, found: "a value that cannot be used",
            expected: "one that the request's description names")
        } else {
          // It is JSON, as was checked before; Foundation does not say where the number is.
          .unreadable(
            path: "", found: "a number that cannot be used", expected: "whole numbers that fit 64 bits")
        }
    @unknown default: self = .unreadable(path: "", found: "\(error)", expected: "a request in JSON")
    }
  }

  private static func words(for type: any Any.Type) -> String {
    switch type {
    case is Int.Type: "a whole number"
    case is String.Type: "a text"
    case is Bool.Type: "true or false"
    case is [Any].Type, is [Int].Type: "a list"
    default: "an object or list as the request's description has it"
    }
  }
}
