import GPT2BinaryFiles
import GPT2Kernels
import GPT2WeightFormats

/// Weights in the format that they are stored in, where they lie, for training that leaves them as they are: that of
/// low-rank adapters over a quantised model (as in QLoRA: Dettmers et al. 2023, arXiv:2305.14314, with ggml's formats).
///
/// A matrix that a product needs is widened to fp32 just before it, into memory that the next one takes; so the products
/// are those of training, and all of the model that is in fp32 at any time is one matrix, and its vectors.
package final class StoredWeights {
  package let weights: Weights
  /// What they were rounded to when they were opened; `nil` if they are as their file has them.
  package let rounding: WeightFormat?
  /// What is no factor of a product: the vectors, and the position table.
  let parameters: Parameters
  private let scratch: FloatBuffer

  /// The tensors that stay as they are stored.
  package static let tensors = TensorSet(ParameterTensor.allCases.filter(\.isMultiplied))

  /// - Precondition: They are GPT-2's, and no relative's.
  /// - Parameter rounding: What `Weights.encoded` rounded them to, if it did.
  /// - Throws: `AllocationError` if the memory for what is widened is not to be had.
  package init(_ weights: Weights, roundedTo rounding: WeightFormat? = nil) throws(AllocationError) {
    precondition(weights.configuration.variant == .gpt2, "this is no GPT-2, but a relative")
    let configuration = weights.configuration
    self.weights = weights
    self.rounding = rounding
    parameters = try Parameters(
      zeroed: configuration, holding: TensorSet.all.subtracting(Self.tensors))
    scratch = try FloatBuffer(zeroed: Self.scratchCount(configuration))
    for tensor in parameters.present.tensors {
      for layer in 0..<tensor.layers(in: configuration) {
        weights[tensor, layer].decode(0..<weights[tensor, layer].rows, into: parameters[tensor, layer].base)
      }
    }
  }

  /// Values that are widened at a time: a layer's largest matrix, (4C, C).
  static func scratchCount(_ configuration: Configuration) -> Int {
    configuration.hiddenChannels * configuration.channels
  }

  /// Bytes beside the stored weights, of what is in fp32; `nil` if the count overflows.
  package static func byteCount(_ configuration: Configuration) -> Int? {
    Parameters.valueCount(of: configuration, holding: TensorSet.all.subtracting(tensors))
      .map { (CheckedCount($0) + scratchCount(configuration)) * MemoryLayout<Float>.stride }?.value
  }

  /// Bytes that inference regroups of such weights, to multiply them as they are.
  ///
  /// - Parameter format: What the weights are rounded to before; `nil` for their own formats.
  package static func regroupedByteCount(of weights: Weights, as format: WeightFormat? = nil) -> Int {
    var count = 0
    for tensor in tensors.tensors {
      for layer in 0..<tensor.layers(in: weights.configuration) {
        let stored = weights[tensor, layer]
        // A view that nobody reads.
        let matrix = EncodedMatrix(
          format ?? stored.format, stored.base, rows: stored.rows, columns: stored.columns)
        count += LinearWeight.byteCount(of: matrix) ?? 0
      }
    }
    return count
  }

  /// One layer of a linear layer's weight, widened. Valid until the next call of any of these.
  func matrix(_ tensor: ParameterTensor, _ layer: Int, on workers: Workers) -> Matrix {
    widened(weights[tensor, layer], on: workers)
  }

  /// Calls `body` with the token table, some rows after the other, without its padding rows.
  func forEachBandOfTable(on workers: Workers, _ body: (_ tokens: Range<Int>, _ rows: Matrix) -> Void) {
    let (table, count) = (weights[.wte], weights.configuration.vocabularySize)
    for start in stride(from: 0, to: count, by: weights.configuration.hiddenChannels) {
      let rows = start..<min(count, start + weights.configuration.hiddenChannels)
      body(rows, widened(table.rows(rows), on: workers))
    }
  }

  private func widened(_ stored: EncodedMatrix, on workers: Workers) -> Matrix {
    guard let base = scratch.values.baseAddress else { preconditionFailure("a model has matrices") }
    let matrix = Matrix(base, rows: stored.rows, columns: stored.columns)
    workers.run(over: stored.rows, inRangesOf: 16) { rows in
      stored.decode(rows, into: base + rows.lowerBound * stored.columns)
    }
    return matrix
  }

  /// `Checksum` of all weights, as their `Parameters` have it.
  package func checksum(on workers: Workers) -> UInt64 {
    let configuration = weights.configuration
    // Where each layer's tensor begins among the values of all.
    var places: [(start: Int, tensor: ParameterTensor, layer: Int)] = []
    var end = 0
    for tensor in ParameterTensor.allCases {
      let (rows, columns) = tensor.shape(in: configuration)
      for layer in 0..<tensor.layers(in: configuration) {
        places.append((end, tensor, layer))
        end += rows * columns
      }
    }
    return Checksum.of(count: end, on: workers) { range, values in
      values.update(repeating: 0, count: range.count)
      for place in places where place.start < range.upperBound {
        let known =
          place.tensor == .wte ? configuration.vocabularySize : place.tensor.shape(in: configuration).rows
        self.weights[place.tensor, place.layer].rows(0..<known)
          .decode(values: range.lowerBound - place.start..<range.upperBound - place.start, into: values)
      }
    }
  }
}

extension EncodedMatrix {
  /// Widens some rows, one behind the other.
  fileprivate func decode(_ range: Range<Int>, into values: UnsafeMutablePointer<Float>) {
    let stored = rows(range)
    stored.format.decode(stored.base, count: stored.rows * stored.columns, into: values)
  }

  /// Widens those of a range of values, row by row, that there are; others are left as they are.
  fileprivate func decode(values range: Range<Int>, into values: UnsafeMutablePointer<Float>) {
    let whole = range.clamped(to: 0..<rows * columns)
    guard !whole.isEmpty else { return }
    let lines = whole.lowerBound / columns..<(whole.upperBound + columns - 1) / columns
    withUnsafeTemporaryAllocation(of: Float.self, capacity: columns) { line in
      guard let start = line.baseAddress else { return }
      for row in lines {
        decode(row: row, into: start)
        let part = whole.clamped(to: row * columns..<(row + 1) * columns)
        (values + (part.lowerBound - range.lowerBound))
          .update(from: start + (part.lowerBound - row * columns), count: part.count)
      }
    }
  }
}
