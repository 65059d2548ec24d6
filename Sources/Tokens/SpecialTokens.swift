/// Which token has which role, with the names of transformers.
package struct SpecialTokens: Equatable, Sendable {
  package enum Role: String, CaseIterable, Sendable {
    case bos, eos, unk, sep, pad, cls, mask
  }

  /// The ids of the roles that there are.
  private var ids: [Role: Int] = [:]
  /// transformers' additional_special_tokens.
  package var additional: [Int] = []

  package init() {}

  package subscript(role: Role) -> Int? {
    get { ids[role] }
    set { ids[role] = newValue }
  }

  /// The roles of a tokenizer of OpenAI's kind, which has one mark for all.
  package init(endOfText: Int) {
    for role in [Role.bos, .eos, .unk] { ids[role] = endOfText }
  }
}
