import GPT2BinaryFiles
import GPT2GGUF
import GPT2Kernels
import GPT2Transformer

extension GGUFModel {
  /// The numbers of the model, out of the metadata and the shape of the token table.
  func configuration() throws(FileError) -> Configuration {
    try checkArchitecture()
    var variant = Variant.gpt2
    variant.layerNormEpsilon = try epsilon()
    variant.hiddenChannels = try number(GGUFKey.hiddenChannels)
    let positions = try number(GGUFKey.positions)
    let channels = try number(GGUFKey.channels)
    let layers = try number(GGUFKey.layers)
    let heads = try number(GGUFKey.heads)
    let vocabularySize = try self.vocabularySize()
    let configuration: Configuration
    do throws(ConfigurationError) {
      configuration = try Configuration(
        maximumSequenceLength: positions, vocabularySize: vocabularySize, layers: layers, heads: heads,
        channels: channels, variant: variant)
    } catch {
      throw invalid(error.field, found: error.found, expected: error.expected)
    }
    // Or a number out of all proportion would be counted up to.
    guard layers <= file.tensors.count else {
      throw invalid(GGUFKey.layers, found: layers, expected: "at most \(file.tensors.count), the tensors")
    }
    try checkContradictions(configuration)
    return configuration
  }

  private func checkArchitecture() throws(FileError) {
    let architecture = file[GGUFKey.architecture]?.string
    guard architecture == "gpt2" else {
      throw mismatch(
        found: architecture.map { "architecture '\($0.onOneShortLine)'" } ?? "no \(GGUFKey.architecture)",
        expected: "'gpt2'", advice: "name a GPT-2 model")
    }
  }

  private func epsilon() throws(FileError) -> Float {
    let epsilon: Float? =
      switch file[GGUFKey.epsilon] {
      case .float32(let value): value
      case .float64(let value): Float(value)
      default: nil
      }
    guard let epsilon, epsilon > 0, epsilon.isFinite else {
      throw mismatch(
        found: epsilon.map { "\(GGUFKey.epsilon) = \($0)" } ?? "no number \(GGUFKey.epsilon)",
        expected: "a number above 0", advice: "name a GPT-2 model")
    }
    return epsilon
  }

  /// V: the rows of the token table.
  private func vocabularySize() throws(FileError) -> Int {
    let table = try tensor(named: ParameterTensor.wte.ggufName(layer: 0))
    guard table.dimensions.count == 2 else {
      throw mismatch(
        found: "tensor \(table.name) of shape \(table.shape)", expected: "rows and columns",
        advice: Self.anotherTool)
    }
    return table.dimensions[1]
  }

  private func number(_ key: String) throws(FileError) -> Int {
    guard let number = file[key]?.integer else {
      throw mismatch(
        found: file[key] == nil ? "no \(key)" : "\(key) that is no whole number",
        expected: "all keys of a GPT-2", advice: Self.anotherTool)
    }
    return number
  }

  private func invalid(_ name: String, found: Int, expected: String) -> FileError {
    FileError(file.path, .invalidField(name: name, found: found, expected: expected))
  }
}
