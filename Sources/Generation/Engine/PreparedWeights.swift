import GPT2Kernels
import GPT2Transformer
import GPT2WeightFormats

/// A model's weights as inference takes them: matrices where they are stored, or regrouped or decoded where their
/// format asks for it; vectors widened to fp32.
final class PreparedWeights: @unchecked Sendable {
  // `@unchecked`: nothing is written once it is made.
  let weights: Weights
  /// What is added to linear layers without being in their weights.
  let adapters: LowRankAdapters?
  private let vectors: FloatBuffer
  private let panels: FloatBuffer
  private var matrixViews: [ParameterTensor: [LinearWeight]] = [:]
  /// The V known tokens' rows of the classifier.
  let classifier: LinearWeight
  private var vectorViews: [ParameterTensor: [Matrix]] = [:]

  /// - Throws: `AllocationError` if the memory is not to be had.
  init(
    _ weights: Weights, adapters: LowRankAdapters?, on workers: Workers
  ) throws(AllocationError) {
    precondition(
      adapters.map { $0.layout.configuration == weights.configuration } ?? true,
      "adapters for a model of another configuration")
    self.weights = weights
    self.adapters = adapters
    let all = Self.tensors(of: weights.configuration)
    let vectorCount = all.reduce(0) { $0 + ($1.tensor.isMatrix ? 0 : weights[$1.tensor, $1.layer].columns) }
    let panelBytes = all.reduce(LinearWeight.byteCount(of: weights.classifier) ?? 0) {
      $0 + ($1.tensor.isLinear ? LinearWeight.byteCount(of: weights[$1.tensor, $1.layer]) ?? 0 : 0)
    }
    vectors = try FloatBuffer(zeroed: vectorCount)
    panels = try FloatBuffer(zeroed: panelBytes / MemoryLayout<Float>.stride)
    guard var vector = vectors.values.baseAddress else { preconditionFailure("a model has biases") }
    var panel = panels.values.baseAddress.map { UnsafeMutableRawPointer($0) }
    func prepared(_ stored: EncodedMatrix) -> LinearWeight {
      guard let bytes = LinearWeight.byteCount(of: stored), let target = panel else {
        return .rows(stored)
      }
      panel = target + bytes
      return LinearWeight.prepare(stored, into: target, on: workers)
    }
    classifier = prepared(weights.classifier)
    for (tensor, layer) in all {
      let stored = weights[tensor, layer]
      if !tensor.isMatrix {
        vectorViews[tensor, default: []].append(Matrix(vector, rows: 1, columns: stored.columns))
        stored.decode(row: 0, into: vector)
        vector += stored.columns
      } else if tensor.isLinear {
        matrixViews[tensor, default: []].append(prepared(stored))
      }
    }
  }

  /// A linear layer's weight.
  func matrix(_ tensor: ParameterTensor, _ layer: Int) -> LinearWeight {
    guard let layers = matrixViews[tensor] else { preconditionFailure("\(tensor) is no linear layer's") }
    return layers[layer]
  }

  /// A bias or a layer norm's weight, (1, columns).
  func vector(_ tensor: ParameterTensor, _ layer: Int = 0) -> Matrix {
    guard let layers = vectorViews[tensor] else { preconditionFailure("\(tensor) is no vector") }
    return layers[layer]
  }

  private static func tensors(of configuration: Configuration) -> [(tensor: ParameterTensor, layer: Int)] {
    ParameterTensor.allCases.flatMap { tensor in
      (0..<tensor.layers(in: configuration)).map { (tensor, $0) }
    }
  }
}

extension ParameterTensor {
  /// Whether it is a layer's weight; the classifier is asked for by itself.
  fileprivate var isLinear: Bool { isMultiplied && self != .wte }
}
