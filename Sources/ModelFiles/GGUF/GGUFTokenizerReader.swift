import GPT2BinaryFiles
import GPT2GGUF
import GPT2Tokens

/// Checks the tokenizer in a GGUF file's metadata, piece by piece.
struct GGUFTokenizerReader {
  let file: GGUFFile

  func checkKind() throws(FileError) {
    guard let model = file[GGUFTokenizer.model] else {
      throw mismatch(
        found: "no tokenizer, \(GGUFTokenizer.model)", expected: "one in the file",
        advice: "name a tokenizer file, or convert the model again with one")
    }
    guard model.string == GGUFTokenizer.modelName else {
      throw mismatch(
        found: "a tokenizer of kind '\(model.string?.onOneShortLine ?? "")'",
        expected: "'\(GGUFTokenizer.modelName)'", advice: "name a tokenizer file of GPT-2's kind")
    }
    // Files from before the key was there split as GPT-2 does.
    let splitting = file[GGUFTokenizer.splitting] ?? .string(GGUFTokenizer.splittingName)
    guard splitting.string == GGUFTokenizer.splittingName else {
      throw mismatch(
        found: "text split as for '\(splitting.string?.onOneShortLine ?? "")'",
        expected: "'\(GGUFTokenizer.splittingName)'", advice: "name a tokenizer file of GPT-2's kind")
    }
    for key in GGUFTokenizer.additions {
      guard let value = file[key], value != .bool(false) else { continue }
      throw mismatch(
        found: value == .bool(true) ? "\(key) = true" : "\(key) that is no truth value",
        expected: "false, as GPT-2's",
        advice: "name a tokenizer file of GPT-2's kind")
    }
  }

  func vocabulary(
    _ tokens: ArraySlice<String>, _ types: [GGUFTokenizer.TokenType]
  ) throws(FileError) -> Vocabulary {
    guard (1...Vocabulary.largestCount).contains(tokens.count) else {
      throw FileError(
        file.path,
        .invalidField(
          name: "vocabulary size", found: tokens.count,
          expected: "a value from 1 to \(Vocabulary.largestCount)"))
    }
    var vocabulary = Vocabulary()
    for (id, token) in tokens.enumerated() {
      guard let bytes = types[id].isText ? Array(token.utf8) : ByteSpelling.bytes(of: token) else {
        throw FileError(
          file.path, .invalidTokenEntry(id: id, reason: "has a character that stands for no byte"))
      }
      guard (1...Vocabulary.longestToken).contains(bytes.count) else {
        throw FileError(file.path, .invalidTokenEntry(id: id, reason: "has length \(bytes.count)"))
      }
      vocabulary.append(bytes)
    }
    return vocabulary
  }

  /// That merges join two tokens to a third and come in the order of the tokens they make: here a token's id is its
  /// merge's rank.
  ///
  /// - Parameter texts: Tokens that are no joined bytes.
  /// - Returns: The tokens that they make.
  func checkMerges(of vocabulary: Vocabulary, excluding texts: Set<Int>) throws(FileError) -> Set<Int> {
    let pieces = PieceTable(vocabulary, excluding: texts)
    var merged: Set<Int> = []
    var last = -1
    for (rank, merge) in try strings(GGUFTokenizer.merges).enumerated() {
      guard let joined = Self.joined(merge, pieces) else {
        throw mismatch(
          found: "merge \(rank), '\(merge.onOneShortLine)'", expected: "two tokens that make a third",
          advice: "name a tokenizer file")
      }
      guard joined > last else {
        throw mismatch(
          found: "merge \(rank), '\(merge.onOneShortLine)', that makes token \(joined) after \(last)",
          expected: "merges in the order of the tokens they make, as GPT-2's",
          advice: "name a tokenizer file of GPT-2's kind")
      }
      last = joined
      merged.insert(joined)
    }
    return merged
  }

  /// The token that "LEFT RIGHT" makes.
  private static func joined(_ merge: String, _ pieces: PieceTable) -> Int? {
    var bytes: [UInt8] = []
    var cut: Int?
    for scalar in merge.unicodeScalars {
      if let byte = ByteSpelling.byte(of: scalar) {
        bytes.append(byte)
      } else {
        guard scalar == " ", cut == nil else { return nil }
        cut = bytes.count
      }
    }
    guard let cut, cut > 0, cut < bytes.count else { return nil }
    return bytes.withUnsafeBufferPointer { bytes in
      guard pieces.id(of: bytes, from: 0, to: cut) != nil,
        pieces.id(of: bytes, from: cut, to: bytes.count) != nil
      else { return nil }
      return pieces.id(of: bytes, from: 0, to: bytes.count)
    }
  }

  func strings(_ key: String) throws(FileError) -> [String] {
    guard let strings = file[key]?.strings else {
      throw mismatch(
        found: file[key] == nil ? "no \(key)" : "\(key) that is no array of strings",
        expected: "all keys of a tokenizer", advice: "name a tokenizer file")
    }
    return strings
  }

  func mismatch(found: String, expected: String, advice: String) -> FileError {
    FileError(file.path, .mismatch(found: found, expected: expected, advice: advice))
  }
}
