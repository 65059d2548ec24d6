/// `prompt` and `input`: one text or several, each as a string or as token ids.
enum PromptField: Decodable, Sendable {
  enum Text: Equatable, Sendable {
    case string(String)
    case tokens([Int])
  }

  case one(Text)
  case many([Text])

  var texts: [Text] {
    switch self {
    case .one(let text): [text]
    case .many(let texts): texts
    }
  }

  init(from decoder: any Decoder) throws {
    let single = try decoder.singleValueContainer()
    if let text = try? single.decode(String.self) {
      self = .one(.string(text))
      return
    }
    guard var list = try? decoder.unkeyedContainer() else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "expected a string, strings, token ids or lists of token ids"))
    }
    guard !list.isAtEnd else {
      self = .many([])
      return
    }
    if (try? list.decode(Int.self)) != nil {
      self = .one(.tokens(try decoder.list()))
    } else {
      self = .many(try decoder.list())
    }
  }
}

extension PromptField.Text: Decodable {
  init(from decoder: any Decoder) throws {
    let single = try decoder.singleValueContainer()
    if let text = try? single.decode(String.self) {
      self = .string(text)
    } else {
      self = .tokens(try decoder.list())
    }
  }
}
