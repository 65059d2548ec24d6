import GPT2BinaryFiles
import GPT2Kernels
import GPT2PyTorchFiles
import GPT2Transformer

/// AdamW's moments in a checkpoint of nanoGPT's.
///
/// PyTorch numbers parameters in the order in which the optimizer was given them. nanoGPT gives it two groups, first those
/// that decay, which are the matrices, then the others, each in the order of the model; so a number says which parameter
/// it is, and the moments' shapes confirm it.
package struct NanoGPTMoments: Sendable {
  /// Updates that they are the moments of: t in the bias corrections.
  package let updates: Int
  /// exp_avg and exp_avg_sq.
  fileprivate let moments: [TensorPlace: (first: PyTorchTensor, second: PyTorchTensor)]

  /// Writes the moments into an optimizer's; those of biases that the model does without stay zero.
  ///
  /// - Precondition: The optimizer is AdamW over all tensors of the model.
  package func fill(_ optimizer: Optimizer) {
    var start = 0
    for tensor in ParameterTensor.allCases {
      let (rows, columns) = tensor.shape(in: optimizer.configuration)
      for layer in 0..<tensor.layers(in: optimizer.configuration) {
        if let moment = moments[TensorPlace(tensor: tensor, layer: layer)] {
          for (name, values) in [("adamw.m", moment.first), ("adamw.v", moment.second)] {
            precondition(values.bytes.count <= rows * columns * MemoryLayout<Float>.stride, "shapes disagree")
            optimizer.set(name, from: start, to: values.bytes)
          }
        }
        start += rows * columns
      }
    }
    withExtendedLifetime(self) {}
  }
}

extension PyTorchModel {
  /// The moments of the checkpoint's optimizer; `nil` if there are none, or they are not AdamW's in nanoGPT's groups.
  ///
  /// - Throws: `FileError` if the file is damaged.
  package func moments() throws(FileError) -> NanoGPTMoments? {
    guard let file = checkpoint?.file,
      let groups = file.groups("optimizer", "param_groups", listing: "params")
    else { return nil }
    let sources = try model.sources()
    let places = TensorPlace.all(in: sources.configuration).filter { sources.tensors[$0]?.stored != nil }
    let matrices = places.filter(\.tensor.isMatrix)
    let order = matrices + places.filter { !$0.tensor.isMatrix }
    guard groups == [Array(0..<matrices.count), Array(matrices.count..<order.count)] else { return nil }
    var moments: [TensorPlace: (first: PyTorchTensor, second: PyTorchTensor)] = [:]
    var updates: Int?
    for (number, place) in order.enumerated() {
      let state = ["optimizer", "state"]
      guard case .tensor(let first)? = try file.value(state, number: number, "exp_avg"),
        case .tensor(let second)? = try file.value(state, number: number, "exp_avg_sq"),
        let step = try file.value(state, number: number, "step")?.integer, step > 0, step <= Int(Int32.max),
        step == updates ?? step
      else { return nil }
      let shape = place.tensor.stateShape(in: sources.configuration, isTransposed: false)
      guard [first, second].allSatisfy({ $0.type == .float32 && $0.shape == shape }) else { return nil }
      updates = step
      moments[place] = (first, second)
    }
    guard let updates else { return nil }
    return NanoGPTMoments(updates: updates, moments: moments)
  }
}
