import GPT2Kernels
import GPT2WeightFormats

// W + s·B·A: a model without adapters that computes the same, up to rounding.
extension LowRankAdapters {
  /// Adds s·B·A to each target's weights. A model of these parameters is then to have no adapters.
  package func merge(into parameters: Parameters, on workers: Workers) {
    precondition(parameters.configuration == layout.configuration, "adapters for another model")
    for target in layout.targets.tensors {
      for layer in 0..<layout.configuration.layers {
        let weight = parameters[target, layer]
        merge(target, layer, with: weight, into: weight, on: workers)
      }
    }
  }

  fileprivate func merge(
    _ target: ParameterTensor, _ layer: Int, with weight: Matrix, into merged: Matrix, on workers: Workers
  ) {
    guard let factors = self[target, layer] else { preconditionFailure("\(target) has no adapters") }
    LowRank.merge(factors, scale: layout.scale, with: weight, into: merged, on: workers)
  }
}

extension Weights {
  /// A model's weights with its adapters merged into them as they are now: the targets in memory of their own, the rest
  /// shared with the model.
  private convenience init(
    _ model: Model, merging adapters: LowRankAdapters
  ) throws(AllocationError) {
    let layout = adapters.layout
    guard let count = layout.mergedValueCount else { throw AllocationError(values: .max) }
    let buffer = try FloatBuffer(zeroed: count)
    guard var next = buffer.values.baseAddress else { preconditionFailure("there is at least one target") }
    var merged: [ParameterTensor: [Matrix]] = [:]
    for target in layout.targets.tensors {
      for layer in 0..<layout.configuration.layers {
        let weight = model.weight(target, layer)
        let sum = Matrix(next, rows: weight.rows, columns: weight.columns)
        adapters.merge(target, layer, with: weight, into: sum, on: model.workers)
        merged[target, default: []].append(sum)
        next += weight.count
      }
    }
    let others = model.stored?.weights ?? Weights(model.parameters)
    self.init(model.configuration, storage: [others, buffer]) { tensor, layer in
      guard let matrix = merged[tensor]?[layer] else { return others[tensor, layer] }
      return EncodedMatrix(.fp32, UnsafeRawPointer(matrix.base), rows: matrix.rows, columns: matrix.columns)
    }
  }

  /// A model's weights for inference: its parameters, which see every later change of them; or if it has adapters,
  /// these merged as they are now.
  ///
  /// - Throws: `AllocationError` if the memory for merged weights is not to be had.
  package convenience init(of model: Model) throws(AllocationError) {
    if let adapters = model.adapters {
      try self.init(model, merging: adapters)
    } else {
      self.init(model.parameters)
    }
  }
}
