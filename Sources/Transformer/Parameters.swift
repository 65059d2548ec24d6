import Kernels

/// All sixteen tensors in one allocation, in checkpoint order.
///
/// Weights, gradients and both AdamW moments are this same type over different memory.
public final class Parameters {
  public let configuration: Configuration
  private let buffer: FloatBuffer
  private let offsets: [Int]

  /// Zeroed.
  ///
  /// - Throws: `AllocationError` if the memory is not to be had.
  public convenience init(zeroed configuration: Configuration) throws(AllocationError) {
    guard let count = configuration.parameterCount else { throw AllocationError(values: .max) }
    self.init(configuration, in: try FloatBuffer(zeroed: count))
  }

  /// Over memory that already holds the values.
  init(_ configuration: Configuration, in buffer: FloatBuffer) {
    self.configuration = configuration
    self.buffer = buffer
    var offset = 0
    offsets = ParameterTensor.allCases.map { tensor in
      defer { offset += tensor.count(in: configuration) ?? 0 }
      return offset
    }
    precondition(offset == buffer.values.count, "the buffer holds another number of parameters")
  }

  /// Every value, in checkpoint order. Valid as long as this object is held.
  package var values: UnsafeMutableBufferPointer<Float> { buffer.values }

  /// One tensor over all layers: (layers · rows, columns).
  package subscript(tensor: ParameterTensor) -> Matrix {
    let (rows, columns) = tensor.shape(in: configuration)
    return Matrix(
      base(of: tensor), rows: tensor.layers(in: configuration) * rows, columns: columns)
  }

  /// One layer of a tensor: (rows, columns).
  package subscript(tensor: ParameterTensor, layer: Int) -> Matrix {
    precondition((0..<tensor.layers(in: configuration)).contains(layer), "no layer \(layer)")
    let (rows, columns) = tensor.shape(in: configuration)
    return Matrix(base(of: tensor) + layer * rows * columns, rows: rows, columns: columns)
  }

  /// A copy of one tensor's values over all layers, in order.
  public func copy(of tensor: ParameterTensor) -> [Float] {
    withExtendedLifetime(self) { Array(values(of: tensor)) }
  }

  /// One tensor's values over all layers, in order. Valid as long as this object is held.
  package func values(of tensor: ParameterTensor) -> UnsafeMutableBufferPointer<Float> {
    let matrix = self[tensor]
    return UnsafeMutableBufferPointer(start: matrix.base, count: matrix.count)
  }

  /// The first value that is NaN or infinite, and the tensor it is in.
  public func firstNonFinite(on workers: Workers) -> (tensor: ParameterTensor, index: Int)? {
    for tensor in ParameterTensor.allCases {
      if let index = FiniteCheck.firstNonFinite(in: values(of: tensor), on: workers) {
        return (tensor, index)
      }
    }
    return nil
  }

  /// Sets the rows V..<Vp of the token table to zero, as every writer leaves them.
  ///
  /// They are multiplied by gradients that are zero, which a stray NaN or infinity would turn into NaN.
  func clearPaddingRows() {
    let padding = self[.wte].rows(configuration.vocabularySize..<configuration.paddedVocabularySize)
    for row in 0..<padding.rows where padding[row].contains(where: { $0 != 0 }) {
      padding[row].update(repeating: 0)
    }
  }

  private func base(of tensor: ParameterTensor) -> UnsafeMutablePointer<Float> {
    guard let index = ParameterTensor.allCases.firstIndex(of: tensor), let start = values.baseAddress else {
      preconditionFailure("a configuration has at least one value in every tensor")
    }
    return start + offsets[index]
  }
}
