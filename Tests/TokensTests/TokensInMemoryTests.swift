import GPT2BinaryFiles
import TestSupport
import Testing

@testable import GPT2Tokens

/// Loaders of tokens in memory.
@Suite struct TokensInMemoryTests {
  private func loader(_ tokens: [Int], vocabularySize: Int? = nil) throws -> DataLoader {
    try DataLoader(tokens: tokens, batchSize: 2, sequenceLength: 3, vocabularySize: vocabularySize)
  }

  /// Over three epochs, whose orders differ.
  @Test(arguments: [true, false]) func theyAreServedAsThoseOfAFile(shuffling: Bool) throws {
    let directory = try TemporaryDirectory()
    var random = SeededRandom(seed: 3)
    let tokens = (0..<50).map { _ in Int.random(in: 0..<65_536, using: &random) }
    let path = directory.file("tokens.bin")
    try TokenFile.write(tokens.map { UInt16($0) }, to: path, replacing: false)
    var file = try DataLoader(pattern: path, batchSize: 2, sequenceLength: 3, shuffling: shuffling)
    var memory = try DataLoader(tokens: tokens, batchSize: 2, sequenceLength: 3, shuffling: shuffling)
    #expect(memory.tokensInAllShards == 50 && memory.batchesPerEpoch == 8)
    #expect(memory.signature == file.signature)
    for _ in 0..<25 { #expect(memory.nextBatch() == file.nextBatch()) }
    #expect(memory.state == file.state)
    // A place in the file is one in these.
    var other = try DataLoader(tokens: tokens, batchSize: 2, sequenceLength: 3, shuffling: shuffling)
    try other.resume(from: file.state)
    #expect(other.nextBatch() == file.nextBatch())
  }

  /// By hand: every target is the token after its input.
  @Test func aBatchByHand() throws {
    var loader = try DataLoader(
      tokens: [5, 6, 7, 8, 9, 10, 11], batchSize: 2, sequenceLength: 3, shuffling: false)
    let batch = loader.nextBatch()
    #expect(batch.inputs == [5, 6, 7, 8, 9, 10] && batch.targets == [6, 7, 8, 9, 10, 11])
    #expect(loader.nextBatch() == batch)
  }

  @Test func tooFew() {
    #expect {
      _ = try loader([1, 2, 3, 4, 5, 6])
    } throws: { error in
      "\(error)".contains("the tokens: found 6 tokens, expected more than 6, batch size × sequence length")
    }
    #expect(throws: FileError.self) { try loader([]) }
  }

  @Test(arguments: [-1, 65_536, Int.max]) func noTokens(token: Int) {
    #expect {
      _ = try loader([0, 1, token, 3, 4, 5, 6])
    } throws: { error in
      (error as? FileError)?.cause
        == .tokenOutOfRange(token: token, position: 2, vocabularySize: 65_536)
    }
  }

  @Test func tokensOutsideTheVocabulary() throws {
    _ = try loader([0, 1, 2, 3, 4, 5, 9], vocabularySize: 10)
    #expect {
      _ = try loader([0, 1, 2, 3, 4, 5, 9], vocabularySize: 9)
    } throws: { error in
      (error as? FileError)?.cause == .tokenOutOfRange(token: 9, position: 6, vocabularySize: 9)
    }
    #expect(throws: FileError.self) {
      try loader([0, 1, 2, 3, 4, 5, 9]).check(below: 9)
    }
  }

  @Test(arguments: [(0, 3), (2, 0), (-1, 3), (Int.max, 2)]) func impossibleBatches(batch: Int, length: Int) {
    #expect {
      _ = try DataLoader(tokens: [1, 2, 3], batchSize: batch, sequenceLength: length)
    } throws: { error in
      (error as? FileError)?.path == "the batch"
    }
  }

  @Test func documents() throws {
    let loader = try loader([9, 1, 2, 3, 9, 5, 6])
    try loader.checkDocuments(beginningWith: 9)
    #expect(throws: FileError.self) { try loader.checkDocuments(beginningWith: 4) }
    #expect(throws: FileError.self) { try loader.checkDocuments(beginningWith: -1) }
  }
}
