import GPT2BinaryFiles
import GPT2Kernels
import GPT2Transformer

extension StateDictionaryModel {
  /// The model's weights for inference, each in the format of the file: where it lies there, or in memory what must
  /// be transposed, is rounded from fp64, or is zero.
  ///
  /// - Throws: `FileError` if the files hold no whole and consistent GPT-2; `AllocationError`.
  func weights(on workers: Workers) throws -> Weights {
    let sources = try sources()
    let places = TensorPlace.all(in: sources.configuration).compactMap { sources.tensors[$0] }
    let all = places + (sources.classifier.map { [$0] } ?? [])
    // A value more, so that there is memory in any case.
    let buffer = try FloatBuffer(zeroed: all.reduce(0) { $0 + $1.room } / MemoryLayout<Float>.stride + 1)
    guard let start = buffer.values.baseAddress else { preconditionFailure("it has a value at least") }
    var target = UnsafeMutableRawPointer(start)
    let matrices = all.map { source in
      defer { target += source.room }
      return source.matrix(in: target, on: workers)
    }
    let byPlace = Dictionary(
      uniqueKeysWithValues: zip(TensorPlace.all(in: sources.configuration), matrices))
    return Weights(
      sources.configuration, storage: dictionary.mappings + [buffer],
      classifier: sources.classifier == nil ? nil : matrices.last
    ) { tensor, layer in
      guard let matrix = byPlace[TensorPlace(tensor: tensor, layer: layer)] else {
        preconditionFailure("all places were filled")
      }
      return matrix
    }
  }

  /// The configuration as training, and files that know GPT-2 alone, have it: an activation that is only assumed is
  /// GPT-2's there.
  func trained(_ configuration: Configuration) -> Configuration {
    stated?.assumesActivation == true ? configuration.computing(with: .tanhGELU) : configuration
  }

  /// The model's parameters, widened to fp32: one tensor's transpose at a time is all that is held besides.
  ///
  /// - Throws: As `weights`; `FileError` also if it is a relative of GPT-2 that cannot be trained.
  func parameters(on workers: Workers) throws -> Parameters {
    let sources = try sources()
    let configuration = trained(sources.configuration)
    try configuration.checkTrainable(path, hasOwnClassifier: sources.classifier != nil)
    let parameters = try Parameters(zeroed: configuration)
    // What is zero is so already.
    let stored = sources.tensors.filter { $0.value.stored != nil }
    let largest = stored.values.map(\.room).max() ?? 0
    let scratch = try FloatBuffer(zeroed: largest / MemoryLayout<Float>.stride + 1)
    guard let start = scratch.values.baseAddress else { preconditionFailure("it has a value at least") }
    for (place, source) in stored {
      let matrix = source.matrix(in: UnsafeMutableRawPointer(start), on: workers)
      parameters[place.tensor, place.layer].decode(matrix)
    }
    // Nobody looks at the files again.
    for file in dictionary.mappings { try file.check() }
    return withExtendedLifetime((self, scratch)) { parameters }
  }
}
