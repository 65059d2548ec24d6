import BinaryFiles
import SafeTensors
import Transformer

/// The names of the files that transformers writes a model into.
public enum HuggingFaceFolder {
  public static let configuration = "config.json"
  public static let weights = "model.safetensors"
  /// Of the files that a large model is cut into.
  public static let index = "model.safetensors.index.json"
  public static let generation = "generation_config.json"
}

extension StateDictionaryModel {
  /// The model in a folder that transformers wrote: config.json, and model.safetensors or the index of several such
  /// files.
  ///
  /// - Throws: `FileError` if one of them is missing, cannot be read or is damaged.
  init(folder: String) throws(FileError) {
    let start = folder.hasSuffix("/") ? folder : folder + "/"
    let index = start + HuggingFaceFolder.index
    let tensors: SafeTensorsSet
    if let file = try MappedFile.ifPresent(start + HuggingFaceFolder.weights) {
      tensors = SafeTensorsSet(try SafeTensorsFile(file))
    } else if try MappedFile.ifPresent(index) != nil {
      tensors = try SafeTensorsSet(index: index)
    } else {
      throw FileError(
        folder,
        .mismatch(
          found: "a folder without \(HuggingFaceFolder.weights)",
          expected: "the folder of a Hugging Face model",
          advice: "name a file inside it, or save the model as safetensors"))
    }
    let configuration = try HuggingFaceConfiguration(contentsOf: start + HuggingFaceFolder.configuration)
    try self.init(StateDictionary(tensors), configuration, folder: start)
  }

  /// The model in a file, with config.json if there is one beside it.
  init(_ file: MappedFile) throws(FileError) {
    let slash = file.path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = slash.map { String(file.path[...$0]) } ?? "./"
    let path = folder + HuggingFaceFolder.configuration
    let configuration =
      try MappedFile.ifPresent(path) == nil ? nil : HuggingFaceConfiguration(contentsOf: path)
    let tensors = SafeTensorsSet(try SafeTensorsFile(file))
    try self.init(StateDictionary(tensors), configuration, folder: configuration == nil ? nil : folder)
  }
}
