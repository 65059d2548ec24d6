import GPT2Kernels
import TestSupport
import Testing
import GPT2Transformer
import GPT2WeightFormats

@testable import GPT2Generation

/// A pass over several tokens has for each the logits' bits that a pass over it alone has.
@Suite struct CheckingPassTests {
  /// Heads of 11 channels and 300 tokens, which fill no vectors; 44 channels are no blocks, so these are left out.
  @Test(arguments: [WeightFormat.fp32, .fp16, .bf16], [1, 15, 17, 40])
  func awkwardSizes(format: WeightFormat, read: Int) throws {
    try expectRowsAsAlone(format, heads: 4, channels: 44, read: read)
  }

  @Test(arguments: [WeightFormat.fp32, .fp16, .bf16, .q8_0, .q4_0], [1, 16, 33])
  func wholeBlocks(format: WeightFormat, read: Int) throws {
    try expectRowsAsAlone(format, heads: 2, channels: 96, read: read)
  }

  private func expectRowsAsAlone(_ format: WeightFormat, heads: Int, channels: Int, read: Int) throws {
    let configuration = try Configuration(
      maximumSequenceLength: 64, vocabularySize: 300, layers: 2, heads: heads, channels: channels)
    let model = try LanguageModel(
      Weights(try .random(configuration, seed: 11)).encoded(as: format), on: Workers(count: 2))
    let pass = InferencePass(configuration)
    let cache = KeyValueCache(for: model, capacity: 64)
    var random = SeededRandom(seed: UInt64(read))
    let tokens = (0..<read + 8).map { _ in Int32.random(in: 0..<300, using: &random) }
    try model.read([.init(cache, Array(tokens[..<read]))], in: pass)

    let alone = try tokens[read...].map { token -> [UInt32] in
      try model.read([.init(cache, [token])], in: pass)
      return pass.logits().map(\.bitPattern)
    }
    for rows in 1...8 {
      cache.truncate(to: read)
      try model.read([.init(cache, Array(tokens[read..<read + rows]), scored: rows)], in: pass)
      for row in 0..<rows {
        #expect(pass.logits(of: 0, scored: row).map(\.bitPattern) == alone[row], "row \(row) of \(rows)")
      }
      #expect(pass.logits().map(\.bitPattern) == alone[rows - 1])
    }
  }

  /// Two sequences, some of whose tokens are scored.
  @Test func logitsOfSeveralSequences() throws {
    let model = try DraftedTexts.model()
    let pass = InferencePass(model.configuration)
    func read(_ continuations: [(tokens: [Int32], scored: Int)]) throws {
      let caches = continuations.map { _ in KeyValueCache(for: model, capacity: 40) }
      for cache in caches { try model.read([.init(cache, [1, 2, 3])], in: pass) }
      try model.read(zip(caches, continuations).map { .init($0, $1.tokens, scored: $1.scored) }, in: pass)
    }
    try read([([4, 5, 6], 3)])
    let first = (0..<3).map { Array(pass.logits(of: 0, scored: $0)) }
    try read([([7, 8], 2)])
    let second = (0..<2).map { Array(pass.logits(of: 0, scored: $0)) }
    try read([([4, 5, 6], 2), ([7, 8], 1), ([4], 1)])
    #expect((0..<2).map { Array(pass.logits(of: 0, scored: $0)) } == Array(first[1...]))
    #expect(Array(pass.logits(of: 1, scored: 0)) == second[1] && Array(pass.logits(of: 1)) == second[1])
    #expect(Array(pass.logits(of: 2)) == first[0])
  }
}
