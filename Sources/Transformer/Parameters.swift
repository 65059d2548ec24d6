import BinaryFiles
import Kernels

/// All sixteen tensors in one allocation, in checkpoint order.
///
/// Weights, gradients and both AdamW moments are this same type over different memory. Weights hold every tensor;
/// gradients and moments may hold only those that training changes.
public final class Parameters {
  public let configuration: Configuration
  /// The tensors that are there. Asking for one that is not is a mistake of the program, but for `ifHeld(_:_:)`.
  public let held: TrainableTensors
  private let buffer: FloatBuffer
  private let offsets: [Int]

  /// Zeroed.
  ///
  /// - Parameter held: The tensors to hold; the others take no memory.
  /// - Throws: `AllocationError` if the memory is not to be had.
  public convenience init(
    zeroed configuration: Configuration, holding held: TrainableTensors = .all
  ) throws(AllocationError) {
    guard let count = Self.valueCount(of: configuration, holding: held) else {
      throw AllocationError(values: .max)
    }
    self.init(configuration, holding: held, in: try FloatBuffer(zeroed: count))
  }

  /// Over memory that already holds the values.
  init(_ configuration: Configuration, holding held: TrainableTensors = .all, in buffer: FloatBuffer) {
    self.configuration = configuration
    self.held = held
    self.buffer = buffer
    var offset = 0
    offsets = ParameterTensor.allCases.map { tensor in
      defer { if held.contains(tensor) { offset += tensor.count(in: configuration) ?? 0 } }
      return offset
    }
    precondition(offset == buffer.values.count, "the buffer holds another number of parameters")
  }

  /// How many values parameters that hold these tensors have; `nil` if the count overflows.
  public static func valueCount(
    of configuration: Configuration, holding held: TrainableTensors = .all
  ) -> Int? {
    held.tensors.reduce(CheckedCount(0)) { $0 + $1.checkedCount(in: configuration) }.value
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

  /// The same; `nil` if the tensor is not held.
  func ifHeld(_ tensor: ParameterTensor, _ layer: Int) -> Matrix? {
    held.contains(tensor) ? self[tensor, layer] : nil
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
    for tensor in held.tensors {
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
    precondition(held.contains(tensor), "\(tensor) is not held")
    guard let start = values.baseAddress else {
      preconditionFailure("a configuration has at least one value in every tensor")
    }
    return start + offsets[tensor.place]
  }
}
