import GPT2Kernels
import Testing
import GPT2Transformer

@testable import GPT2Benchmarks

/// The formulas, against numbers worked out by hand.
@Suite struct WorkTests {
  @Test(
    arguments: [
      // R=2, I=3, O=5: x 6 values, W 15, b 5, residual 10, y 10.
      (.linear(rows: 2, inputs: 3, outputs: 5), 60, 104, 40),
      (.linear(rows: 2, inputs: 3, outputs: 5, hasBias: false), 60, 84, 40),
      (.linear(rows: 2, inputs: 3, outputs: 5, hasResidual: true), 60, 144, 40),
      (.linear(rows: 2, inputs: 3, outputs: 5, isActivated: true), 60, 104, 80),
      (.linearBackward(rows: 2, inputs: 3, outputs: 5), 120, 124, 104),
      (.linearBackward(rows: 2, inputs: 3, outputs: 5, hasBias: false), 120, 124, 84),
      (.linearBackward(rows: 2, inputs: 3, outputs: 5, isInputActivated: true), 120, 148, 104),
      (.linearWeightGradient(rows: 2, inputs: 3, outputs: 5), 60, 64, 80),
      // B=2, T=4, C=6, NH=3: one product of (4, 6) by (6, 4) is 192 operations, its causal half 96.
      (.attention(batchSize: 2, sequenceLength: 4, channels: 6, heads: 3), 384, 0, 288),
      (.attentionBackward(batchSize: 2, sequenceLength: 4, channels: 6, heads: 3), 768, 1056, 576),
      (.layerNorm(rows: 2, channels: 6), 0, 96, 64),
      (.layerNormBackward(rows: 2, channels: 6), 0, 184, 96),
      (.embedding(rows: 2, channels: 6), 0, 96, 48),
      (.embeddingBackward(rows: 2, channels: 6, positions: 7), 0, 144, 264),
      (.crossEntropy(rows: 2, vocabularySize: 5, paddedVocabularySize: 8), 0, 40, 72),
      (.gradientNorm(parameters: 10), 0, 40, 0),
      (.adamW(parameters: 10), 0, 160, 120),
    ] as [(Work, Double, Double, Double)])
  func operation(work: Work, operations: Double, bytesRead: Double, bytesWritten: Double) {
    #expect(work == Work(operations: operations, bytesRead: bytesRead, bytesWritten: bytesWritten))
  }

  /// One layer of C = 2 has 12·C² = 48 linear weights, the token table 128·2 = 256.
  private func small() throws -> Configuration {
    try Configuration(maximumSequenceLength: 8, vocabularySize: 100, layers: 1, heads: 1, channels: 2)
  }

  @Test func wholePasses() throws {
    let configuration = try small()
    // 2·3·48 for the weights, 2·3·3·2 for attention, 2·256 for one position's logits.
    #expect(Work.forward(configuration, batchSize: 1, sequenceLength: 3).operations == 324)
    #expect(Work.prefill(configuration, promptLength: 3).operations == 836)
    // Two of the forward pass, three of the logits of all three positions.
    #expect(Work.backward(configuration, batchSize: 1, sequenceLength: 3).operations == 5256)
    // 304 weights, which take 1000 bytes here, and 2·3·2 keys and values of four bytes,
    // or of two.
    let decode = Work.decode(configuration, context: 3, weightBytes: 1000, valueBytes: 4)
    #expect(decode == Work(operations: 632, bytesRead: 1048))
    let half = Work.decode(configuration, context: 3, weightBytes: 1000, valueBytes: 2)
    #expect(half == Work(operations: 632, bytesRead: 1024))
  }

  @Test(arguments: [(1, 3), (4, 8), (3, 5)])
  func operationsAddUpToTheStep(batchSize: Int, sequenceLength: Int) throws {
    let configuration = try small()
    let list = OperationList(
      configuration: configuration, batchSize: batchSize, sequenceLength: sequenceLength,
      purpose: .training, precision: .fp32, workers: Workers(count: 1))
    let sum = list.operations.filter { !$0.isPart }.reduce(0) { $0 + $1.work.operations * Double($1.calls) }
    let step = configuration.operationsPerStep(
      tokens: batchSize * sequenceLength, sequenceLength: sequenceLength)
    #expect(sum == step)
    let forward = Work.forward(configuration, batchSize: batchSize, sequenceLength: sequenceLength)
    let backward = Work.backward(configuration, batchSize: batchSize, sequenceLength: sequenceLength)
    #expect(forward.operations + backward.operations == step)
  }

  @Test func copiesFillAGibibyteAtMost() {
    func copies(_ calls: Int, _ bytes: Double) -> Int {
      Operation(name: "", pass: "", calls: calls, work: Work(bytesRead: bytes)) { _ in { _ in } }.copies
    }
    #expect(copies(12, 1000) == 12)
    #expect(copies(12, 0x1p28) == 4)
    #expect(copies(12, 0x1p32) == 1)
    #expect(copies(1, 0) == 1)
  }
}

@Suite struct RooflineTests {
  private let peaks = PeakRates(threads: 2, fp32: 100, bf16: 200, read: 10, update: 20)

  @Test(
    arguments: [
      // 1000 operations at 100 a second take longer than 20 bytes at 10.
      (Work(operations: 1000, bytesRead: 20), .fp32, 10, .fp32),
      (Work(operations: 1000, bytesRead: 20), .bf16, 5, .bf16),
      (Work(operations: 10, bytesRead: 100), .fp32, 10, .read),
      (Work(operations: 10, bytesRead: 100, bytesWritten: 49), .fp32, 14.9, .read),
      (Work(operations: 10, bytesRead: 100, bytesWritten: 50), .fp32, 7.5, .update),
    ] as [(Work, Precision, Double, Bound)])
  func limit(work: Work, precision: Precision, seconds: Double, bound: Bound) {
    let limit = peaks.limit(of: work, precision: precision)
    #expect(limit.seconds == seconds)
    #expect(limit.bound == bound)
  }

  @Test func withoutTheInstructionBF16IsHeldAgainstFP32() {
    let peaks = PeakRates(threads: 1, fp32: 100, bf16: nil, read: 10, update: 20)
    let limit = peaks.limit(of: Work(operations: 1000), precision: .bf16)
    #expect(limit.seconds == 10)
    #expect(limit.bound == .fp32)
  }
}
