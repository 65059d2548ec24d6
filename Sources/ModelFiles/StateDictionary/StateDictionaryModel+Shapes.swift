import GPT2BinaryFiles
import GPT2Transformer

extension Configuration {
  /// The channels of a head in every GPT-2 that was published.
  package static let usualHeadSize = 64
}

extension StateDictionaryModel {
  /// The configuration as far as shapes tell, which is all but the number of heads.
  func configurationOfShapes() throws(FileError) -> Configuration {
    let table = try shape(of: .wte)
    let positions = try shape(of: .wpe)
    let channels = table.columns
    var variant = Variant.gpt2
    variant.hiddenChannels = try hiddenChannels(channels)
    guard channels > 0, channels % Configuration.usualHeadSize == 0 else {
      throw FileError(
        path,
        .mismatch(
          found: "\(channels) channels and no \(HuggingFaceFolder.configuration) beside the file",
          expected: "a multiple of \(Configuration.usualHeadSize), or config.json with n_head",
          advice: "put the model's config.json beside it"))
    }
    do throws(ConfigurationError) {
      return try Configuration(
        maximumSequenceLength: positions.rows, vocabularySize: table.rows, layers: layerCount,
        heads: channels / Configuration.usualHeadSize, channels: channels, variant: variant)
    } catch {
      throw FileError(path, .invalidField(name: error.field, found: error.found, expected: error.expected))
    }
  }

  /// The other extent of the feed-forward part's first weight, whichever way round it is.
  private func hiddenChannels(_ channels: Int) throws(FileError) -> Int {
    let (rows, columns) = try shape(of: .fcw)
    return rows == channels ? columns : rows
  }

  private func shape(of tensor: ParameterTensor) throws(FileError) -> (rows: Int, columns: Int) {
    let info = try self.tensor(tensor.huggingFaceName(layer: 0))
    guard info.shape.count == 2 else {
      throw mismatch(found: "\(info.name) \(info.description)", expected: "rows and columns")
    }
    return (info.shape[0], info.shape[1])
  }
}
