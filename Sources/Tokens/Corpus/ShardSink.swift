import GPT2BinaryFiles

/// As many tokens in each file as were asked for, and in the last what is left. The first is for validation.
final class ShardSink: TokenSink {
  private(set) var count = 0
  private let prefix: String
  private let tokensInShard: Int
  private let vocabularySize: Int?
  private let replacing: Bool
  /// The shards so far. All but the last are full and closed: there may be more than can be open at once.
  private var shards: [TokenFileWriter]

  /// - Parameter tokens: At least 2.
  /// - Throws: `FileError` if the first file exists and may not be replaced, or cannot be created.
  init(prefix: String, tokens: Int, vocabularySize: Int?, replacing: Bool) throws(FileError) {
    self.prefix = prefix
    tokensInShard = tokens
    self.vocabularySize = vocabularySize
    self.replacing = replacing
    shards = [
      try TokenFileWriter(
        to: TokenLayout.shard(0, prefix), vocabularySize: vocabularySize, replacing: replacing)
    ]
  }

  func append(_ tokens: ArraySlice<UInt16>) throws(FileError) {
    var rest = tokens
    while !rest.isEmpty {
      let shard = try shardWithRoom()
      let part = rest.prefix(tokensInShard - shard.count)
      try shard.append(part)
      rest = rest.dropFirst(part.count)
      count += part.count
    }
  }

  private func shardWithRoom() throws(FileError) -> TokenFileWriter {
    if let last = shards.last {
      if last.count < tokensInShard { return last }
      try last.finish()
    }
    let path = TokenLayout.shard(shards.count, prefix)
    let shard = try TokenFileWriter(to: path, vocabularySize: vocabularySize, replacing: replacing)
    shards.append(shard)
    return shard
  }

  func finish(source: String) throws(FileError) -> [TokenFileWriter] {
    guard shards.count > 1 else {
      throw FileError(
        source,
        .mismatch(
          found: "\(count) tokens", expected: "more than the \(tokensInShard) of the first shard",
          advice: "give more text or ask for smaller shards: the first is for validation"))
    }
    for shard in shards { try shard.finish() }
    return shards
  }
}
