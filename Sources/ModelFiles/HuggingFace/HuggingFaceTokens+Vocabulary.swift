import BinaryFiles
import Tokens

extension HuggingFaceTokens {
  /// Every id's bytes, and every token's id by its text or spelling.
  ///
  /// - Throws: `FileError` if ids leave a gap or occur twice, or a token is no bytes.
  func checkedVocabulary() throws(FileError) -> (Vocabulary, ids: [String: Int]) {
    var ids: [String: Int] = [:]
    var texts: [Int: [UInt8]] = [:]
    let special = Set(added.map(\.text))
    func place(_ token: String, _ id: Int, isText: Bool) throws(FileError) {
      if let bytes = isText ? Array(token.utf8) : ByteSpelling.bytes(of: token) {
        guard (1...Vocabulary.longestToken).contains(bytes.count) else {
          throw FileError(path, .invalidTokenEntry(id: id, reason: "has length \(bytes.count)"))
        }
        guard texts.updateValue(bytes, forKey: id) == nil, ids.updateValue(id, forKey: token) == nil else {
          throw FileError(path, .invalidTokenEntry(id: id, reason: "is there twice"))
        }
      } else {
        throw FileError(path, .invalidTokenEntry(id: id, reason: "has a character that stands for no byte"))
      }
    }
    for member in vocabulary.members {
      try place(member.key, try self.id(member), isText: special.contains(member.key))
    }
    for token in added {
      if let known = ids[token.text], token.id == nil || token.id == known { continue }
      guard let id = token.id else { continue }
      try place(token.text, id, isText: true)
    }
    return (try joined(texts), ids)
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

  private func joined(_ texts: [Int: [UInt8]]) throws(FileError) -> Vocabulary {
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

  func mismatch(found: String, expected: String, advice: String) -> FileError {
    FileError(path, .mismatch(found: found, expected: expected, advice: advice))
  }
}
