import GPT2BinaryFiles

extension Tokenizer {
  /// The merges that make the vocabulary, in order of rank: for each token, the two whose bytes it joins.
  ///
  /// A token that no merge makes, as an added token or a single byte, has none.
  ///
  /// - Throws: `FileError` if the tokenizer has no token for some byte.
  package func merges() throws(FileError) -> [(left: Int, right: Int)] {
    let encoder = try makeEncoder()
    return (0..<vocabularySize).compactMap { id in
      unmerged.contains(id) ? nil : encoder.halves(of: id, bytes: vocabulary[id])
    }
  }
}

extension BytePairEncoder {
  /// The two tokens that the bytes of a token become by all merges of a lower rank; `nil` if they do not become two
  /// that merge into it.
  package func halves(of id: Int, bytes: ArraySlice<UInt8>) -> (left: Int, right: Int)? {
    var parts = bytes.map(pairs.token(of:))
    while parts.count > 2 {
      var best = (merged: UInt32(id), index: -1)
      for index in 0..<parts.count - 1 {
        let merged = pairs.merged(parts[index], parts[index + 1])
        if merged < best.merged { best = (merged, index) }
      }
      guard best.index >= 0 else { return nil }
      parts[best.index] = best.merged
      parts.remove(at: best.index + 1)
    }
    guard parts.count == 2, pairs.merged(parts[0], parts[1]) == id else { return nil }
    return (Int(parts[0]), Int(parts[1]))
  }
}
