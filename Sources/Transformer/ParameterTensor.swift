import GPT2BinaryFiles

/// The sixteen parameter tensors of GPT-2, in checkpoint order: the one list from which sizes, offsets,
/// initialisation, weight decay, gradients, optimizer moments, files and printed names follow.
package enum ParameterTensor: String, CaseIterable, Sendable {
  case wte, wpe
  case ln1w, ln1b, qkvw, qkvb, attprojw, attprojb
  case ln2w, ln2b, fcw, fcb, fcprojw, fcprojb
  case lnfw, lnfb

  /// What a tensor is for; it decides how it starts and whether weight decay applies to it.
  package enum Role: Sendable {
    case embedding, linearWeight, residualProjection, normWeight, bias
  }

  /// The name in files and tables, as in llm.c.
  package var name: String { rawValue }

  /// What messages call one layer's: "fcb of layer 3".
  package func name(ofLayer layer: Int) -> String { isPerLayer ? "\(name) of layer \(layer)" : name }

  /// Counts from 0 in checkpoint order, which is also the order of the forward pass.
  var place: Int {
    guard let place = Self.allCases.firstIndex(of: self) else { preconditionFailure("all cases are there") }
    return place
  }

  /// Whether there is one for each layer.
  package var isPerLayer: Bool {
    switch self {
    case .wte, .wpe, .lnfw, .lnfb: false
    default: true
    }
  }

  package var role: Role {
    switch self {
    case .wte, .wpe: .embedding
    case .qkvw, .fcw: .linearWeight
    case .attprojw, .fcprojw: .residualProjection
    case .ln1w, .ln2w, .lnfw: .normWeight
    case .ln1b, .qkvb, .attprojb, .ln2b, .fcb, .fcprojb, .lnfb: .bias
    }
  }

  /// Whether it is two-dimensional; only such tensors decay (Radford et al. 2018, nanoGPT, llm.c).
  package var isMatrix: Bool {
    switch role {
    case .embedding, .linearWeight, .residualProjection: true
    case .normWeight, .bias: false
    }
  }

  /// Whether a matrix product goes through it: the linear layers, and wte as the classifier.
  package var isMultiplied: Bool { isMatrix && self != .wpe }

  /// The shape of one layer's tensor; a vector is one row. Linear weights are (out, in).
  package func shape(in configuration: Configuration) -> (rows: Int, columns: Int) {
    let (C, H) = (configuration.channels, configuration.hiddenChannels)
    return switch self {
    case .wte: (configuration.paddedVocabularySize, C)
    case .wpe: (configuration.maximumSequenceLength, C)
    case .ln1w, .ln1b, .ln2w, .ln2b, .lnfw, .lnfb, .attprojb, .fcprojb: (1, C)
    case .qkvw: (3 * C, C)
    case .qkvb: (1, 3 * C)
    case .attprojw: (C, C)
    case .fcw: (H, C)
    case .fcb: (1, H)
    case .fcprojw: (C, H)
    }
  }

  /// How many layers it is repeated for.
  package func layers(in configuration: Configuration) -> Int { isPerLayer ? configuration.layers : 1 }

  /// Values over all layers; `nil` if the count overflows.
  package func count(in configuration: Configuration) -> Int? { checkedCount(in: configuration).value }

  /// - Parameter isPadded: Whether wte has its padding rows; in the oldest files it has not.
  package func checkedCount(in configuration: Configuration, isPadded: Bool = true) -> CheckedCount {
    let (rows, columns) = shape(in: configuration)
    let storedRows = self == .wte && !isPadded ? configuration.vocabularySize : rows
    return CheckedCount(storedRows) * columns * layers(in: configuration)
  }

  /// "(12, 2304, 768)": the shape as checkpoints and `verify` show it.
  package func shapeDescription(in configuration: Configuration) -> String {
    let (rows, columns) = shape(in: configuration)
    var extents = isMatrix ? [rows, columns] : [columns]
    if isPerLayer { extents.insert(configuration.layers, at: 0) }
    return "(\(extents.map(String.init).joined(separator: ", ")))"
  }
}
