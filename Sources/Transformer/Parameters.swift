import GPT2BinaryFiles
import GPT2Kernels

/// All sixteen tensors in one allocation, in checkpoint order.
///
/// Weights, gradients and both AdamW moments are this same type over different memory. Weights hold every tensor;
/// gradients and moments may hold only those that training changes.
package final class Parameters {
  package let configuration: Configuration
  /// The tensors that are there. Asking for one that is not is a mistake of the program, but for `ifPresent(_:_:)`.
  package let present: TensorSet
  /// In gradients and moments: those of a model's adapters. Weights have none; a model has its adapters beside them.
  package let adapters: LowRankAdapters?
  private let buffer: FloatBuffer
  private let offsets: [Int]

  /// Zeroed.
  ///
  /// - Parameters:
  ///   - present: The tensors to hold; the others take no memory.
  ///   - adapters: Of which adapters to hold as much, for gradients and moments.
  /// - Throws: `AllocationError` if the memory is not to be had.
  package convenience init(
    zeroed configuration: Configuration, holding present: TensorSet = .all, adapters: AdapterLayout? = nil
  ) throws(AllocationError) {
    guard let count = Self.valueCount(of: configuration, holding: present, adapters: adapters) else {
      throw AllocationError(values: .max)
    }
    self.init(configuration, holding: present, adapters: adapters, in: try FloatBuffer(zeroed: count))
  }

  /// Over memory that already holds the values: the tensors in checkpoint order, then the adapters.
  package init(
    _ configuration: Configuration, holding present: TensorSet = .all, adapters: AdapterLayout? = nil,
    in buffer: FloatBuffer
  ) {
    self.configuration = configuration
    self.present = present
    self.buffer = buffer
    var offset = 0
    offsets = ParameterTensor.allCases.map { tensor in
      defer { if present.contains(tensor) { offset += tensor.count(in: configuration) ?? 0 } }
      return offset
    }
    self.adapters = adapters.map { LowRankAdapters($0, in: buffer, from: offset) }
    offset += self.adapters?.values.count ?? 0
    precondition(offset == buffer.values.count, "the buffer holds another number of parameters")
  }

  /// How many values parameters have that hold these tensors and adapters; `nil` if the count overflows.
  package static func valueCount(
    of configuration: Configuration, holding present: TensorSet = .all, adapters: AdapterLayout? = nil
  ) -> Int? {
    let tensors = present.tensors.reduce(CheckedCount(0)) { $0 + $1.checkedCount(in: configuration) }
    return (tensors + (adapters?.checkedCount ?? CheckedCount(0))).value
  }

  /// Every value: the tensors' in checkpoint order, then the adapters'. Valid as long as this object is held.
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
  func ifPresent(_ tensor: ParameterTensor, _ layer: Int) -> Matrix? {
    present.contains(tensor) ? self[tensor, layer] : nil
  }

  /// A copy of every value: the tensors' in checkpoint order, then the adapters'.
  package func copy() -> [Float] { withExtendedLifetime(self) { Array(values) } }

  /// A copy of one tensor's values over all layers, in order.
  package func copy(of tensor: ParameterTensor) -> [Float] {
    withExtendedLifetime(self) { Array(values(of: tensor)) }
  }

  /// One tensor's values over all layers, in order. Valid as long as this object is held.
  package func values(of tensor: ParameterTensor) -> UnsafeMutableBufferPointer<Float> {
    let matrix = self[tensor]
    return UnsafeMutableBufferPointer(start: matrix.base, count: matrix.count)
  }

  /// The first value that is NaN or infinite, and the tensor that it is in or whose adapters it is in.
  package func firstNonFinite(on workers: Workers) -> (tensor: ParameterTensor, index: Int)? {
    for tensor in present.tensors {
      if let index = FiniteCheck.firstNonFinite(in: values(of: tensor), on: workers) {
        return (tensor, index)
      }
    }
    return adapters?.firstNonFinite(on: workers)
  }

  /// Sets the rows V..<Vp of the token table to zero, as every writer leaves them.
  ///
  /// They are multiplied by gradients that are zero, which a stray NaN or infinity would turn into NaN.
  package func clearPaddingRows() {
    let padding = self[.wte].rows(configuration.vocabularySize..<configuration.paddedVocabularySize)
    for row in 0..<padding.rows where padding[row].contains(where: { $0 != 0 }) {
      padding[row].update(repeating: 0)
    }
  }

  private func base(of tensor: ParameterTensor) -> UnsafeMutablePointer<Float> {
    precondition(present.contains(tensor), "\(tensor) is not held")
    guard let start = values.baseAddress else {
      preconditionFailure("a configuration has at least one value in every tensor")
    }
    return start + offsets[tensor.place]
  }
}
