import BinaryFiles
import Kernels
import SafeTensors
import Transformer
import WeightFormats

extension SafeTensorsModel {
  /// The model's weights for inference, each in the format of the file: linear layers transposed in memory, all else
  /// where it lies in the file.
  ///
  /// - Throws: `FileError` if the files hold no whole and consistent GPT-2; `AllocationError`.
  func weights(on workers: Workers) throws -> Weights {
    let (configuration, sources) = try sources()
    // Each begins on a cache line.
    func room(_ source: Source) -> Int {
      source.place.tensor.isTransposedInHuggingFace ? (source.stored.byteCount + 63) / 64 * 64 : 0
    }
    let size = sources.reduce(0) { $0 + room($1) }
    let buffer = try FloatBuffer(zeroed: size / MemoryLayout<Float>.stride)
    guard let start = buffer.values.baseAddress else { preconditionFailure("a model has linear layers") }
    var target = UnsafeMutableRawPointer(start)
    var matrices: [TensorPlace: EncodedMatrix] = [:]
    for source in sources {
      matrices[source.place] =
        source.place.tensor.isTransposedInHuggingFace
        ? source.stored.transposed(into: target, on: workers) : source.stored
      target += room(source)
    }
    return Weights(configuration, storage: files.mappings + [buffer]) { tensor, layer in
      guard let matrix = matrices[TensorPlace(tensor: tensor, layer: layer)] else {
        preconditionFailure("all places were filled")
      }
      return matrix
    }
  }

  /// The model's parameters, widened to fp32: one tensor's transpose at a time is all that is held besides.
  ///
  /// - Throws: As `weights`.
  func parameters(on workers: Workers) throws -> Parameters {
    let (configuration, sources) = try sources()
    let parameters = try Parameters(zeroed: configuration)
    let largest = sources.map(\.stored.byteCount).max() ?? 0
    let scratch = try FloatBuffer(zeroed: largest / MemoryLayout<Float>.stride + 1)
    for source in sources {
      guard let start = scratch.values.baseAddress else { preconditionFailure("it has a value at least") }
      let stored =
        source.place.tensor.isTransposedInHuggingFace
        ? source.stored.transposed(into: UnsafeMutableRawPointer(start), on: workers) : source.stored
      parameters[source.place.tensor, source.place.layer].decode(stored)
    }
    return withExtendedLifetime((self, scratch)) { parameters }
  }
}
