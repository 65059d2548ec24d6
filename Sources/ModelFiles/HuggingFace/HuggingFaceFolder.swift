import GPT2BinaryFiles
import GPT2SafeTensors
import GPT2Transformer

/// The names of the files that transformers writes a model into.
package enum HuggingFaceFolder {
  package static let configuration = "config.json"
  package static let weights = "model.safetensors"
  /// Of the files that a large model is cut into.
  package static let index = "model.safetensors.index.json"
  /// What versions before 4.35 wrote instead of the two.
  static let pyTorchWeights = "pytorch_model.bin"
  static let pyTorchIndex = "pytorch_model.bin.index.json"
  package static let generation = "generation_config.json"
}

extension ModelFile {
  /// The model in a folder that transformers wrote: config.json, and the weights as safetensors or as PyTorch saves
  /// them, each in one file or in several that an index lists.
  ///
  /// - Throws: `FileError` if one of them is missing, cannot be read or is damaged.
  init(folder: String) throws(FileError) {
    let start = Folder.withSlash(folder)
    func file(_ name: String) throws(FileError) -> MappedFile? { try MappedFile.ifPresent(start + name) }
    func configuration() throws(FileError) -> HuggingFaceConfiguration {
      try HuggingFaceConfiguration(contentsOf: start + HuggingFaceFolder.configuration)
    }
    if let file = try file(HuggingFaceFolder.weights) {
      let tensors = SafeTensorsSet(try SafeTensorsFile(file))
      self = .safeTensors(
        try StateDictionaryModel(StateDictionary(tensors), try configuration(), folder: start))
    } else if let index = try file(HuggingFaceFolder.index) {
      let tensors = try SafeTensorsSet(index: index.path)
      self = .safeTensors(
        try StateDictionaryModel(StateDictionary(tensors), try configuration(), folder: start))
    } else if let file = try file(HuggingFaceFolder.pyTorchWeights) {
      self = .pyTorch(try PyTorchModel(file, try configuration(), folder: start))
    } else if let index = try file(HuggingFaceFolder.pyTorchIndex) {
      self = .pyTorch(try PyTorchModel(index: index.path, try configuration(), folder: start))
    } else {
      throw FileError(
        folder,
        .mismatch(
          found: "a folder without \(HuggingFaceFolder.weights) or \(HuggingFaceFolder.pyTorchWeights)",
          expected: "the folder of a Hugging Face model, or of a run",
          advice: "name a file inside it, or save the model there"))
    }
  }
}

extension StateDictionaryModel {
  /// The model in a safetensors file, with config.json if there is one beside it.
  init(_ file: MappedFile) throws(FileError) {
    let (folder, configuration) = try HuggingFaceConfiguration.beside(file.path)
    let tensors = SafeTensorsSet(try SafeTensorsFile(file))
    try self.init(StateDictionary(tensors), configuration, folder: folder)
  }
}

extension HuggingFaceConfiguration {
  /// config.json beside a file, and the folder of both; nothing if there is none.
  static func beside(_ path: String) throws(FileError) -> (folder: String?, HuggingFaceConfiguration?) {
    let folder = Folder.containing(path)
    let beside = folder + HuggingFaceFolder.configuration
    guard try MappedFile.ifPresent(beside) != nil else { return (nil, nil) }
    return (folder, try HuggingFaceConfiguration(contentsOf: beside))
  }
}
