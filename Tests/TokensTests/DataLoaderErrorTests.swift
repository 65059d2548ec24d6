import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing
import GPT2Tokens

struct DataLoaderErrorTests {
  @Test func noMatch() throws {
    let directory = try TemporaryDirectory()
    let pattern = directory.file("*.bin")
    #expect(throws: FileError(pattern, .noMatch)) {
      try DataLoader(pattern: pattern, batchSize: 1, sequenceLength: 1, shuffling: false)
    }
  }

  /// The directory's name as a pattern would match "d1".
  @Test func aPathThatExistsIsNoPattern() throws {
    let directory = try TemporaryDirectory()
    for name in ["d[1]", "d1"] {
      try FileManager.default.createDirectory(
        atPath: directory.file(name), withIntermediateDirectories: false)
    }
    let path = try directory.write(Fixtures.tokenFile([1, 2, 3]), to: "d[1]/x.bin")
    _ = try directory.write(Fixtures.tokenFile([4, 5, 6, 7]), to: "d1/x.bin")
    let loader = try DataLoader(pattern: path, batchSize: 1, sequenceLength: 1, shuffling: false)
    #expect(loader.tokensInAllShards == 3)
    // What does not exist as it stands is a pattern.
    let pattern = directory.file("d[12]/x.bin")
    let other = try DataLoader(pattern: pattern, batchSize: 1, sequenceLength: 1, shuffling: false)
    #expect(other.tokensInAllShards == 4)
  }

  @Test func directoryInsteadOfAFile() throws {
    let directory = try TemporaryDirectory()
    #expect(throws: FileError(directory.path, .isDirectory)) {
      try DataLoader(pattern: directory.path, batchSize: 1, sequenceLength: 1, shuffling: false)
    }
  }

  /// The shard that is too small is named, whatever its place.
  @Test(arguments: [(2, 9, 1), (1, 9, 2), (1, 19, 1), (6, 3, 1), (3, 7, 1)])
  func shardTooSmall(batchSize: Int, sequenceLength: Int, processCount: Int) throws {
    let shards = try Shards()
    let needed = batchSize * sequenceLength * processCount
    guard needed > 18 else {
      // 19 tokens are just enough for 18 and the one after.
      _ = try shards.loader(
        batchSize: batchSize, sequenceLength: sequenceLength, shuffling: false, processCount: processCount)
      return
    }
    let error = #expect(throws: FileError.self) {
      try shards.loader(
        batchSize: batchSize, sequenceLength: sequenceLength, shuffling: false, processCount: processCount)
    }
    #expect(error?.path == shards.directory.file("s_2.bin"))
    #expect(error?.description.contains("found 19 tokens, expected more than \(needed)") == true)
    #expect(error?.description.contains("processes") == (processCount > 1))
  }

  @Test func aBadShardAmongGoodOnes() throws {
    let shards = try Shards()
    let path = try shards.directory.write(Fixtures.tokenFile([1, 2, 3]).dropLast(1), to: "s_1.bin")
    #expect(throws: FileError(path, .wrongSize(found: 1029, expected: 1030))) {
      try shards.loader(batchSize: 1, sequenceLength: 1, shuffling: false)
    }
  }

  @Test func noDocuments() throws {
    let shards = try Shards()
    let loader = try shards.loader(shuffling: false)
    for token in [0, 1003, 2018] as [Int32] { try loader.checkDocuments(beginningWith: token) }
    for token in [2019, 65_536, -1] as [Int32] {
      let error = #expect(throws: FileError.self) { try loader.checkDocuments(beginningWith: token) }
      #expect(error?.path == loader.pattern)
      #expect(error?.description.contains("found no token \(token), expected documents") == true)
    }
  }

  @Test func tokenOutsideTheVocabulary() throws {
    let shards = try Shards()
    _ = try shards.loader(shuffling: false, vocabularySize: 2019)
    let path = shards.directory.file("s_1.bin")
    #expect(throws: FileError(path, .tokenOutOfRange(token: 1003, position: 3, vocabularySize: 1003))) {
      try shards.loader(shuffling: false, vocabularySize: 1003)
    }
  }

  @Test(arguments: [
    (0, 1, 0, 1), (-1, -1, 0, 1), (1, 0, 0, 1), (1, 1, 0, 0), (1, 1, -1, 1), (1, 1, 1, 1), (1, 1, 0, -1),
    (.max, .max, 0, 1), (.max, 1, 0, .max), (1, 1, .max - 1, .max),
  ])
  func impossibleNumbers(batchSize: Int, sequenceLength: Int, processRank: Int, processCount: Int) throws {
    let shards = try Shards()
    #expect(throws: FileError.self) {
      try shards.loader(
        batchSize: batchSize, sequenceLength: sequenceLength, shuffling: false, processRank: processRank,
        processCount: processCount)
    }
  }

  /// The data is not to blame, nor are processes that nobody asked for.
  @Test(arguments: [1, 2])
  func overflowingBatch(processCount: Int) throws {
    let shards = try Shards()
    let processes = processCount > 1 ? "2 processes × " : ""
    let cause = expectFileError("the batch") {
      _ = try DataLoader(
        pattern: shards.directory.file("*.bin"), batchSize: .max / 2, sequenceLength: 3, shuffling: false,
        processCount: processCount)
    }
    #expect(
      cause
        == .mismatch(
          found: "\(processes)batch size 4611686018427387903 × sequence length 3",
          expected: "at most \(Int.max) tokens", advice: "use a smaller batch or shorter sequences"))
  }
}
