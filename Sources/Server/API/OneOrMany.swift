/// What may be one value or a list of them: `stop`.
enum OneOrMany<Value: Decodable & Sendable>: Decodable, Sendable {
  case one(Value)
  case many([Value])

  var values: [Value] {
    switch self {
    case .one(let value): [value]
    case .many(let values): values
    }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    // A list is tried last, so that an error is about what is in it.
    if let value = try? container.decode(Value.self) {
      self = .one(value)
    } else {
      self = .many(try decoder.list())
    }
  }
}

extension Decoder {
  /// A list of one type.
  ///
  /// - Throws: `DecodingError` that names what was expected if it is no list, or the first member that is of another type.
  func list<Value: Decodable>() throws -> [Value] {
    var list: any UnkeyedDecodingContainer
    do {
      list = try unkeyedContainer()
    } catch DecodingError.typeMismatch(_, let context) {
      throw DecodingError.typeMismatch([Value].self, context)
    }
    var values: [Value] = []
    while !list.isAtEnd { values.append(try list.decode(Value.self)) }
    return values
  }
}
