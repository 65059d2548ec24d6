import GPT2BinaryFiles
import GPT2PyTorchFiles
import GPT2Transformer
import GPT2WeightFormats

/// GPT-2 in files that `torch.save` wrote: transformers' pytorch_model.bin, whole or in several files, nanoGPT's
/// ckpt.pt, or a state_dict() alone, as minGPT's.
package struct PyTorchModel: Sendable {
  let model: StateDictionaryModel
  /// Of a checkpoint of nanoGPT's, which holds more than a model.
  package let checkpoint: NanoGPTCheckpoint?

  /// The model in a file, with config.json if there is one beside it and the file does not say it itself.
  init(_ file: MappedFile) throws(FileError) {
    let contents = try PyTorchFile(file)
    if contents.hasDictionary("model_args") {
      let checkpoint = NanoGPTCheckpoint(contents)
      let dictionary = StateDictionary(path: file.path, [(contents, try contents.tensors("model"))])
      model = try StateDictionaryModel(dictionary, checkpoint.configuration, folder: nil)
      self.checkpoint = checkpoint
      return
    }
    // What training scripts put a state_dict() under.
    let key = ["model", "state_dict", "model_state_dict"].first { contents.hasDictionary($0) }
    let tensors = if let key { try contents.tensors(key) } else { try contents.tensors() }
    let (folder, configuration) = try HuggingFaceConfiguration.beside(file.path)
    model = try StateDictionaryModel(
      StateDictionary(path: file.path, [(contents, tensors)]), configuration, folder: folder)
    checkpoint = nil
  }

  /// The model in several files that an index lists, pytorch_model.bin.index.json.
  init(index path: String, _ configuration: HuggingFaceConfiguration, folder: String) throws(FileError) {
    let index = try ShardIndex(contentsOf: path)
    var files: [(PyTorchFile, [(name: String, tensor: PyTorchTensor)])] = []
    for name in index.files {
      let file = try PyTorchFile(try Self.archive(name))
      let tensors = try file.tensors()
      try index.check(name, holds: tensors.map(\.name))
      files.append((file, tensors))
    }
    try index.check(allAreIn: Set(files.flatMap { $0.1.map(\.name) }))
    model = try StateDictionaryModel(StateDictionary(path: path, files), configuration, folder: folder)
    checkpoint = nil
  }

  /// pytorch_model.bin in a folder.
  init(
    _ file: MappedFile, _ configuration: HuggingFaceConfiguration, folder: String
  ) throws(FileError) {
    let contents = try PyTorchFile(try Self.archive(file.path))
    model = try StateDictionaryModel(
      StateDictionary(path: file.path, [(contents, try contents.tensors())]), configuration, folder: folder)
    checkpoint = nil
  }

  private static func archive(_ path: String) throws(FileError) -> MappedFile {
    let file = try MappedFile(path: path)
    guard !PyTorchFile.mayBeBarePickle(file) else { throw PyTorchFile.barePickle(path) }
    return file
  }
}

extension StateDictionary {
  fileprivate init(path: String, _ files: [(PyTorchFile, [(name: String, tensor: PyTorchTensor)])]) {
    self.init(
      path: path,
      tensors: files.flatMap { file in
        file.1.map { name, tensor in
          StoredTensor(
            name: name, type: "\(tensor.type)", values: StoredTensor.Values(tensor.type), shape: tensor.shape,
            bytes: tensor.bytes)
        }
      }, mappings: files.map(\.0.file))
  }
}

extension StoredTensor.Values {
  fileprivate init?(_ type: TensorElement) {
    switch type {
    case .float64: self = .float64
    case .float32: self = .weights(.fp32)
    case .float16: self = .weights(.fp16)
    case .bfloat16: self = .weights(.bf16)
    default: return nil
    }
  }
}
