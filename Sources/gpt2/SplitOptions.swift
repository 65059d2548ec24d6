import ArgumentParser
import GPT2Tokens

/// How `tokenize` divides its tokens among files.
struct SplitOptions: ParsableArguments {
  enum Split: String, ExpressibleByArgument, CaseIterable {
    case drawn
    case first
  }

  @Option(
    help: """
      How validation is set aside: drawn, whole documents at random by --seed, or first, the first tokens, as llm.c has \
      it. (default: drawn for folders, lines and JSON lines, else first)
      """)
  var split: Split?

  @Option(
    name: .shortAndLong, help: "Which documents are drawn: the same seed draws the same. (default: 1337)")
  var seed: UInt32?

  @Option(
    help: """
      Tokens kept for validation, at least 2, or 0 for none; by default 32768 or a tenth, if less. Drawn documents are \
      whole, so they may have more: up to a quarter of all.
      """)
  var validationTokens: Int?

  @Option(
    help: """
      Write files of this many tokens, PREFIX_val_000000.bin and then PREFIX_train_000001.bin and so on; \
      llm.c takes 100000000.
      """)
  var shardTokens: Int?

  func validate() throws {
    if let validationTokens, validationTokens < 2, validationTokens != 0 {
      throw ValidationError(
        "--validation-tokens is \(validationTokens), expected a whole number of at least 2, or 0 for none.")
    }
    if split == .first, seed != nil { throw ValidationError("--seed is for --split drawn only.") }
    guard let shardTokens else { return }
    guard 2...Int(Int32.max) ~= shardTokens else {
      throw ValidationError("--shard-tokens is \(shardTokens), expected a number from 2 to \(Int32.max).")
    }
    if validationTokens != nil {
      throw ValidationError("Of --shard-tokens the first shard is for validation: omit --validation-tokens.")
    }
    if split == .drawn {
      throw ValidationError("Of --shard-tokens the first shard is for validation: omit --split drawn.")
    }
  }

  /// - Parameters:
  ///   - hasFolders: Whether a folder was named, whose files are in the order of their names.
  ///   - separation: What a document is.
  func layout(hasFolders: Bool, _ separation: DocumentSeparation) -> TokenLayout {
    if let shardTokens { return .shards(tokens: shardTokens) }
    let draws =
      switch (split, separation) {
      case (let split?, _): split == .drawn
      case (nil, .line), (nil, .jsonLines): true
      case (nil, .blankLine), (nil, .file): hasFolders
      }
    guard draws, validationTokens != 0 else { return .split(validationCount: validationTokens) }
    return .drawn(validationCount: validationTokens, seed: seed ?? 1337)
  }
}
