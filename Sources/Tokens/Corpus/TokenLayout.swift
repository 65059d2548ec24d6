import GPT2BinaryFiles
import GPT2Platform

/// The files that a stream of tokens is written to.
package enum TokenLayout: Sendable, Equatable {
  /// The first `validationCount` tokens in PREFIX_val.bin and the others in PREFIX_train.bin, as llm.c's
  /// `dev/data/tinyshakespeare.py` writes them; `nil` for `defaultValidationCount`, 0 for no PREFIX_val.bin.
  case split(validationCount: Int?)
  /// Whole documents drawn at random in PREFIX_val.bin and the others in PREFIX_train.bin: about `validationCount`
  /// tokens, `nil` for `defaultValidationCount`. See `DrawnSink` for what the seed decides. Of tokens whose
  /// end-of-text is not known, as those of `HeaderlessCorpus`, the first are taken.
  case drawn(validationCount: Int?, seed: UInt32)
  /// `tokens` tokens in each file but the last: PREFIX_val_000000.bin, then PREFIX_train_000001.bin and so on, as
  /// llm.c's `dev/data/fineweb.py` writes them.
  case shards(tokens: Int)

  /// How many of `count` tokens to set aside for validation unless told otherwise: llm.c's 32,768, but no
  /// more than a tenth, and at least 2, an input and its target.
  package static func defaultValidationCount(of count: Int) -> Int { max(2, min(32_768, count / 10)) }

  /// Says whether the files could be begun, so that nobody waits for the tokens first.
  ///
  /// - Throws: `FileError` if a file exists and may not be replaced, or if its directory takes no files.
  package func checkOutputs(prefix: String, replacing: Bool) throws(FileError) {
    try FileWriter.checkMark(Self.mark(prefix))
    switch self {
    case .split(let validationCount), .drawn(let validationCount, _):
      if validationCount != 0 { try FileWriter.check(Self.validation(prefix), replacing: replacing) }
      try FileWriter.check(Self.training(prefix), replacing: replacing)
    case .shards:
      try FileWriter.check(Self.shard(0, prefix), replacing: replacing)
      try FileWriter.check(Self.shard(1, prefix), replacing: replacing)
      // How many there will be is not known, and none may be mixed with those of another text.
      if !replacing, let path = Self.existingShards(prefix).first { throw FileError(path, .alreadyExists) }
    }
  }

  /// Whether `count` tokens are enough for both files to hold an input and its target.
  ///
  /// - Parameter isGiven: Whether the number for validation was asked for, and so can be wrong.
  static func check(
    _ count: Int, validationCount: Int, isGiven: Bool, _ source: String
  ) throws(FileError) {
    let isEnough = count >= 4
    guard isEnough, 2...count - 2 ~= validationCount else {
      throw FileError(
        source,
        .mismatch(
          found: isEnough && isGiven
            ? "\(count) tokens, of which \(validationCount) for validation" : "\(count) tokens",
          expected: "at least 2 tokens for validation and 2 for training",
          advice: isEnough ? "give more text or another number of validation tokens" : "give more text"))
    }
  }

  static func validation(_ prefix: String) -> String { prefix + "_val.bin" }

  static func training(_ prefix: String) -> String { prefix + "_train.bin" }

  static func shard(_ index: Int, _ prefix: String) -> String {
    let digits = String(index)
    let number = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    return prefix + (index == 0 ? "_val_" : "_train_") + number + ".bin"
  }

  /// The file that is there while those of a prefix get their names.
  static func mark(_ prefix: String) -> String { prefix + ".unfinished" }

  /// Says of a file that is named as those here whether it is of one set with its like.
  ///
  /// - Throws: `FileError` if `tokenize` was killed while it gave them their names: training data may then be of one text
  ///   and validation data of another.
  static func checkSet(of path: String) throws(FileError) {
    guard let prefix = prefix(of: path), FileSystem.exists(mark(prefix)) else { return }
    throw FileError(
      path,
      .mismatch(
        found: "\(Folder.lastName(of: mark(prefix))) beside it, as its set of files was not named to the end",
        expected: "files that were made together", advice: "make them again, with tokenize --overwrite"))
  }

  /// What the name of a token file begins with; `nil` if it is named otherwise.
  private static func prefix(of path: String) -> String? {
    func dropping(_ end: String, from text: Substring) -> Substring? {
      text.utf8.reversed().starts(with: end.utf8.reversed())
        ? text[..<text.utf8.index(text.endIndex, offsetBy: -end.utf8.count)] : nil
    }
    guard var stem = dropping(".bin", from: path[...]) else { return nil }
    let digits = stem.utf8.reversed().prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }.count
    if digits >= 6,
      let shard = dropping("_", from: stem[..<stem.utf8.index(stem.endIndex, offsetBy: -digits)])
    {
      stem = shard
    }
    return (dropping("_train", from: stem) ?? dropping("_val", from: stem)).map(String.init)
  }

  /// The training shards that are there, sorted.
  static func existingShards(_ prefix: String) -> [String] {
    let escaped = String(prefix.flatMap { #"\*?["#.contains($0) ? ["\\", $0] : [$0] })
    return (try? paths(matching: escaped + "_train_[0-9][0-9][0-9][0-9][0-9][0-9]*.bin")) ?? []
  }
}
