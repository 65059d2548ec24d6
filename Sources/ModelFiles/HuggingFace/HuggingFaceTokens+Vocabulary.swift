import GPT2BinaryFiles
import GPT2Tokens

extension HuggingFaceTokens {
  struct Checked {
    let vocabulary: Vocabulary
    /// By text or spelling.
    let ids: [String: Int]
    /// Tokens that merges never make.
    let unmerged: Set<Int>
  }

  /// Every id's bytes, and every token's id.
  ///
  /// - Throws: `FileError` if ids leave a gap or occur twice, or a token is no bytes.
  func checkedVocabulary() throws(FileError) -> Checked {
    var places = TokenPlaces(path: path)
    let special = Set(added.map(\.content))
    let made = Set(merges.map { String($0.unicodeScalars.filter { $0 != " " }) })
    for member in vocabulary.members {
      let isByte = member.key.unicodeScalars.count == 1 && ByteSpelling.bytes(of: member.key) != nil
      // Text that an added token stands for, unless it is also what bytes are merged to.
      let isText = special.contains(member.key) && !isByte && !made.contains(member.key)
      let isMade = isByte || ignoresMerges || made.contains(member.key)
      try places.place(member.key, try id(member), isText: isText, isMade: isMade && !isText)
    }
    var seen: Set<String> = []
    for token in added {
      guard seen.insert(token.content).inserted else {
        throw mismatch(
          found: "the added token '\(token.content.onOneShortLine)' twice", expected: "each once",
          advice: "save the tokenizer again")
      }
      try place(token, in: &places)
    }
    return Checked(vocabulary: try places.joined(), ids: places.ids, unmerged: places.unmerged)
  }

  /// An added token that the vocabulary does not have. Beyond its end, whatever id it states, it gets the next one, as
  /// in the package `tokenizers`.
  private func place(_ token: HuggingFaceAddedToken, in places: inout TokenPlaces) throws(FileError) {
    if let known = places.ids[token.content], token.id == nil || token.id == known { return }
    // One with a role alone is missed by those who look for it.
    guard let stated = token.id else { return }
    let next = places.ids.count
    let id = stated > next && places.ids[token.content] == nil && !places.hasGap ? next : stated
    try places.place(token.content, id, isText: true, isMade: false)
  }

  /// The added tokens with their ids; those that have none are left out.
  func placed(_ ids: [String: Int]) -> [AddedToken] {
    added.compactMap { stated in
      ids[stated.content].map { id in
        var token = stated.token
        token.id = id
        return token
      }
    }
  }

  private func id(_ member: JSONObject.Member) throws(FileError) -> Int {
    guard let id = member.value.integer else {
      throw mismatch(
        found: "token '\(member.key.onOneShortLine)' with id \(member.value.summary)",
        expected: "a whole number",
        advice: "fetch the file again")
    }
    return id
  }

  func mismatch(found: String, expected: String, advice: String) -> FileError {
    FileError(path, .mismatch(found: found, expected: expected, advice: advice))
  }
}

/// Tokens on their way to a vocabulary.
private struct TokenPlaces {
  let path: String
  private(set) var ids: [String: Int] = [:]
  private(set) var unmerged: Set<Int> = []
  private var texts: [Int: [UInt8]] = [:]
  private var largest = -1

  init(path: String) { self.path = path }

  /// Whether an id below the largest has no token.
  var hasGap: Bool { largest >= texts.count }

  mutating func place(_ token: String, _ id: Int, isText: Bool, isMade: Bool) throws(FileError) {
    guard let bytes = isText ? Array(token.utf8) : ByteSpelling.bytes(of: token) else {
      throw FileError(path, .invalidTokenEntry(id: id, reason: "has a character that stands for no byte"))
    }
    guard (1...Vocabulary.longestToken).contains(bytes.count) else {
      throw FileError(path, .invalidTokenEntry(id: id, reason: "has length \(bytes.count)"))
    }
    guard texts.updateValue(bytes, forKey: id) == nil else {
      throw FileError(path, .invalidTokenEntry(id: id, reason: "is there twice"))
    }
    if let other = ids.updateValue(id, forKey: token) {
      throw FileError(path, .invalidTokenEntry(id: id, reason: "has the same text as token \(other)"))
    }
    largest = max(largest, id)
    if !isMade { unmerged.insert(id) }
  }

  func joined() throws(FileError) -> Vocabulary {
    guard (1...Vocabulary.largestCount).contains(texts.count) else {
      throw FileError(
        path,
        .invalidField(
          name: "vocabulary size", found: texts.count,
          expected: "a value from 1 to \(Vocabulary.largestCount)"))
    }
    var vocabulary = Vocabulary()
    for id in 0..<texts.count {
      guard let bytes = texts[id] else {
        throw FileError(path, .invalidTokenEntry(id: id, reason: "is missing among \(texts.count) tokens"))
      }
      vocabulary.append(bytes)
    }
    return vocabulary
  }
}
