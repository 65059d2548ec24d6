import BinaryFiles
import GGUF
import Kernels
import Transformer

extension GGUFModel {
  /// The numbers of the model, out of the metadata and the shape of the token table.
  func configuration() throws(FileError) -> Configuration {
    try checkArchitecture()
    try checkEpsilon()
    let positions = try number(GGUFKey.positions)
    let channels = try number(GGUFKey.channels)
    let layers = try number(GGUFKey.layers)
    let heads = try number(GGUFKey.heads)
    let vocabularySize = try self.vocabularySize()
    let configuration: Configuration
    do throws(ConfigurationError) {
      configuration = try Configuration(
        maximumSequenceLength: positions, vocabularySize: vocabularySize, layers: layers, heads: heads,
        channels: channels)
    } catch {
      throw invalid(error.field, found: error.found, expected: error.expected)
    }
    // Or a number out of all proportion would be counted up to.
    guard layers <= file.tensors.count else {
      throw invalid(GGUFKey.layers, found: layers, expected: "at most \(file.tensors.count), the tensors")
    }
    let hidden = try number(GGUFKey.hiddenChannels)
    guard hidden == 4 * channels else {
      throw invalid(
        GGUFKey.hiddenChannels, found: hidden, expected: "\(4 * channels), four times the channels")
    }
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

  /// Layer norms have one epsilon here, that of every GPT-2.
  private func checkEpsilon() throws(FileError) {
    let epsilon: Float? =
      switch file[GGUFKey.epsilon] {
      case .float32(let value): value
      case .float64(let value): Float(value)
      default: nil
      }
    guard epsilon == LayerNorm.epsilon else {
      throw mismatch(
        found: epsilon.map { "\(GGUFKey.epsilon) = \($0)" } ?? "no number \(GGUFKey.epsilon)",
        expected: "\(LayerNorm.epsilon)", advice: "name a GPT-2 model")
    }
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
