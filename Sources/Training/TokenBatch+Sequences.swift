import Kernels
import Tokens

extension TokenBatch {
  /// How its rows are cut, for the model; `nil` if each is one sequence.
  var sequences: Sequences? {
    lengths.map { Sequences(lengths: $0, batchSize: batchSize, rowLength: sequenceLength) }
  }
}
