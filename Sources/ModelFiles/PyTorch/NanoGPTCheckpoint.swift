import GPT2BinaryFiles
import GPT2Kernels
import GPT2PyTorchFiles
import GPT2Transformer

/// nanoGPT's ckpt.pt: {"model", "optimizer", "model_args", "iter_num", "best_val_loss", "config"} of its train.py.
package struct NanoGPTCheckpoint: Sendable {
  let file: PyTorchFile

  init(_ file: PyTorchFile) { self.file = file }

  /// Updates made so far.
  package var updates: Int? { number("iter_num")?.integer }

  /// In nats.
  package var bestValidationLoss: Double? { number("best_val_loss")?.number }

  private func number(_ key: String) -> PyTorchValue? {
    do throws(FileError) { return try file.value(key) } catch { return nil }
  }

  var configuration: NanoGPTConfiguration { NanoGPTConfiguration(file: file) }
}

/// What a checkpoint of nanoGPT's says of its model.
struct NanoGPTConfiguration: StatedConfiguration {
  let file: PyTorchFile

  var path: String { file.path }
  var linearWeightsAreTransposed: Bool { false }
  var hasOwnClassifier: Bool { false }
  var assumesActivation: Bool { true }

  /// GELU is nanoGPT's own, nn.GELU(): that of a checkpoint from before June 2023, by tanh, is not told apart.
  func configuration() throws(FileError) -> Configuration {
    var variant = Variant.gpt2
    variant.activation = .exactGELU
    let positions = try number("block_size")
    let vocabularySize = try number("vocab_size")
    let layers = try number("n_layer")
    let heads = try number("n_head")
    let channels = try number("n_embd")
    do throws(ConfigurationError) {
      return try Configuration(
        maximumSequenceLength: positions, vocabularySize: vocabularySize, layers: layers, heads: heads,
        channels: channels, variant: variant)
    } catch {
      throw FileError(path, .invalidField(name: error.field, found: error.found, expected: error.expected))
    }
  }

  private func number(_ key: String) throws(FileError) -> Int {
    guard let number = try file.value("model_args", key)?.integer else {
      throw FileError(
        path,
        .mismatch(
          found: "model_args without a whole number \(key)", expected: "nanoGPT's",
          advice: "take a ckpt.pt that its train.py wrote"))
    }
    return number
  }
}
