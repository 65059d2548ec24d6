import GPT2Kernels
import GPT2RandomNumbers

/// The low-rank adapters of a model, or their gradients, or their moments: all in one run of memory.
///
/// While they are trained the model's own weights may stay as they are, without gradients and moments.
package final class LowRankAdapters {
  package let layout: AdapterLayout
  /// Every value, in the layout's order. Valid as long as this object is held.
  package let values: UnsafeMutableBufferPointer<Float>
  private let buffer: FloatBuffer

  /// Zeroed.
  ///
  /// - Throws: `AllocationError` if the memory is not to be had.
  package convenience init(zeroed layout: AdapterLayout) throws(AllocationError) {
    guard let count = layout.valueCount else { throw AllocationError(values: .max) }
    self.init(layout, in: try FloatBuffer(zeroed: count), from: 0)
  }

  /// Over a part of memory that has been made for them.
  init(_ layout: AdapterLayout, in buffer: FloatBuffer, from offset: Int) {
    guard let count = layout.valueCount, offset + count <= buffer.values.count else {
      preconditionFailure("the buffer is too small for the adapters")
    }
    self.layout = layout
    self.buffer = buffer
    values = UnsafeMutableBufferPointer(rebasing: buffer.values[offset..<offset + count])
  }

  /// The usual start: B is zero, so that the model begins as it is without adapters, and A is drawn uniformly from
  /// ±1/√in, which is `kaiming_uniform_` with a = √5, as loralib and peft have it.
  ///
  /// A's are drawn layer by layer, in a layer in checkpoint order.
  ///
  /// - Throws: `AllocationError` if the memory is not to be had.
  package convenience init(
    random layout: AdapterLayout, seed: UInt32 = Parameters.initialisationSeed
  ) throws(AllocationError) {
    try self.init(zeroed: layout)
    var generator = MersenneTwister(seed: seed)
    for layer in 0..<layout.configuration.layers {
      for target in layout.targets.tensors {
        guard let a = self[target, layer]?.a else { continue }
        let bound = Float(1 / Double(a.columns).squareRoot())
        generator.fillUniform(
          UnsafeMutableBufferPointer(start: a.base, count: a.count), from: -bound, to: bound)
      }
    }
  }

  /// A (r, in) and B (out, r) of a tensor's layer; `nil` if the tensor has no adapters.
  package subscript(target: ParameterTensor, layer: Int) -> LowRankFactors? {
    guard layout.targets.contains(target), let start = values.baseAddress else { return nil }
    precondition((0..<layout.configuration.layers).contains(layer), "no layer \(layer)")
    let (rows, columns) = target.shape(in: layout.configuration)
    let base = start + layout.offset(of: target, layer: layer)
    return LowRankFactors(
      a: Matrix(base, rows: layout.rank, columns: columns),
      b: Matrix(base + layout.rank * columns, rows: rows, columns: layout.rank))
  }

  /// A copy of every value, in the layout's order.
  package func copy() -> [Float] { withExtendedLifetime(self) { Array(values) } }

  /// The first value that is NaN or infinite: whose adapters it is in, and where, all layers counted.
  package func firstNonFinite(on workers: Workers) -> (tensor: ParameterTensor, index: Int)? {
    guard let index = FiniteCheck.firstNonFinite(in: values, on: workers) else { return nil }
    let found = layout.targets.tensors.last { layout.offset(of: $0, layer: 0) <= index }
    return found.map { ($0, index - layout.offset(of: $0, layer: 0)) }
  }
}
