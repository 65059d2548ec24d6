import TestSupport
import GPT2Tokens

/// Three small shards: token i of shard s is 1000·s + i.
struct Shards {
  let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    for (shard, count) in [25, 40, 19].enumerated() {
      let tokens = (0..<count).map { UInt16(1000 * shard + $0) }
      _ = try directory.write(Fixtures.tokenFile(tokens), to: "s_\(shard).bin")
    }
  }

  func loader(
    _ which: String = "*", batchSize: Int = 2, sequenceLength: Int = 3, shuffling: Bool,
    processRank: Int = 0, processCount: Int = 1, vocabularySize: Int? = nil
  ) throws -> DataLoader {
    try DataLoader(
      pattern: directory.file("s_\(which).bin"), batchSize: batchSize, sequenceLength: sequenceLength,
      shuffling: shuffling, processRank: processRank, processCount: processCount,
      vocabularySize: vocabularySize)
  }
}
