import GPT2BinaryFiles

/// A request's body as a value.
enum RequestBody {
  /// Above this a field is not looked for: each try reads all of the body.
  private static let searched = 1 << 16
  private static let fields = 64

  /// - Throws: `APIError` for a number that its field cannot hold; `DecodingError`.
  static func value<Value: Decodable>(_ type: Value.Type, from body: [UInt8]) throws -> Value {
    do {
      return try JSONCoding.value(type, from: body)
    } catch let error as DecodingError where error.saysNoJSON {
      // Foundation says so of numbers, too, that are beyond their type or no whole ones.
      guard let json = try? body.withUnsafeBytes({ try JSONParser.parse($0, path: "") }) else { throw error }
      throw unholdable(in: json, of: body.count, type)
    }
  }

  /// The field is the one without which the error is another one, or none.
  private static func unholdable<Value: Decodable>(
    in json: JSONValue, of size: Int, _ type: Value.Type
  ) -> APIError {
    let expected = "a number that it can hold: a whole one for a count, not too large and not too small"
    if case .object(let object) = json, size <= searched, object.members.count <= fields {
      for (place, member) in object.members.enumerated() {
        let others = object.members.enumerated().filter { $0.offset != place }.map {
          (key: $0.element.key, json: JSONText.text(of: $0.element.value))
        }
        do {
          _ = try JSONCoding.value(type, from: JSONText.object(others).utf8)
        } catch let error as DecodingError where error.saysNoJSON {
          continue
        } catch {}
        let name = member.key.onOneShortLine
        return .field(name, found: JSONText.text(of: member.value).onOneShortLine, expected: expected)
      }
    }
    return APIError(
      400, "found a number that its field cannot hold, expected \(expected)", code: "invalid_value")
  }
}

extension DecodingError {
  /// Whether it is about the body as a whole.
  fileprivate var saysNoJSON: Bool {
    if case .dataCorrupted(let context) = self { context.codingPath.isEmpty } else { false }
  }
}
