import GPT2BinaryFiles

extension DataLoader {
  /// Finds out whether there are documents in the data, as a rule by a look at the first token.
  ///
  /// - Parameter start: The token that begins each of them.
  /// - Throws: `FileError` naming the pattern if it is nowhere.
  public func checkDocuments(beginningWith start: Int32) throws(FileError) {
    guard !shards.contains(where: { $0.holds(start) }) else { return }
    throw FileError(
      pattern,
      .mismatch(
        found: "no token \(start)", expected: "documents that begin with it",
        advice: "make the files again with gpt2 tokenize, which marks documents, or do not ask for such"))
  }
}
