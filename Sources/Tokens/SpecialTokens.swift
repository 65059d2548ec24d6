/// Which token has which role, with the names of transformers.
public struct SpecialTokens: Equatable, Sendable {
  public enum Role: String, CaseIterable, Sendable {
    case bos, eos, unk, sep, pad, cls, mask
  }

  /// The ids of the roles that there are.
  private var ids: [Role: Int] = [:]
  /// transformers' additional_special_tokens.
  public var additional: [Int] = []

  public init() {}

  public subscript(role: Role) -> Int? {
    get { ids[role] }
    set { ids[role] = newValue }
  }

  /// The roles of a tokenizer of OpenAI's kind, which has one mark for all.
  public init(endOfText: Int) {
    for role in [Role.bos, .eos, .unk] { ids[role] = endOfText }
  }
}
