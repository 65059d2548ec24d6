import GPT2BinaryFiles
import GPT2Tokens

/// An added token as a file states it: its place is known once the vocabulary is.
struct HuggingFaceAddedToken: Equatable {
  /// `nil` if it is that of the vocabulary.
  let id: Int?
  /// Its `id` means nothing yet.
  var token: AddedToken

  var content: String { token.content }

  init(_ content: String, id: Int?, isSpecial: Bool) {
    self.id = id
    token = AddedToken(id: 0, content: content, isSpecial: isSpecial)
  }

  private init(id: Int?, token: AddedToken) {
    self.id = id
    self.token = token
  }

  /// - Parameter value: The text alone, or an object with `content` and flags; what is not said is as `tokenizers` has
  ///   it.
  init?(_ value: JSONValue?, id: Int?, isSpecial: Bool = false) {
    if let content = value?.string {
      self.init(content, id: id, isSpecial: isSpecial)
      return
    }
    guard let object = value?.object, let content = object["content"]?.string else { return nil }
    let token = AddedToken(
      id: 0, content: content, isSpecial: isSpecial || object["special"] == .bool(true),
      isNormalized: object["normalized"]?.bool, lstrip: object["lstrip"] == .bool(true),
      rstrip: object["rstrip"] == .bool(true), isSingleWord: object["single_word"] == .bool(true))
    self.init(id: id, token: token)
  }
}

extension AddedToken {
  /// As tokenizer.json and added_tokens_decoder have it.
  var huggingFaceMembers: [(key: String, json: String)] {
    [
      ("content", JSONText.quoted(content)), ("single_word", "\(isSingleWord)"), ("lstrip", "\(lstrip)"),
      ("rstrip", "\(rstrip)"), ("normalized", "\(isNormalized)"), ("special", "\(isSpecial)"),
    ]
  }
}
