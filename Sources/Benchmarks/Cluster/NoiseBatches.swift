import GPT2BinaryFiles
import GPT2Tokens

/// The same batch of noise again and again.
struct NoiseBatches: BatchSource {
  private let batch: TokenBatch

  init(_ shape: BenchmarkSettings.BatchShape, vocabularySize: Int) {
    let stream = Noise.tokens(shape.tokens + 1, vocabularySize: vocabularySize)
    batch = TokenBatch(
      inputs: Array(stream.dropLast()), targets: Array(stream.dropFirst()), batchSize: shape.batchSize,
      sequenceLength: shape.sequenceLength)
  }

  var batchSize: Int { batch.batchSize }
  var sequenceLength: Int { batch.sequenceLength }
  var batchesPerEpoch: Int { 1 }
  var state: LoaderState { .beginning }

  func nextBatch() -> TokenBatch { batch }
  func skipBatch() {}
  func reset() {}
  func resume(from state: LoaderState) throws(FileError) {}
}
