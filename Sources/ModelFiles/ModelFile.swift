import GPT2BinaryFiles
import GPT2GGUF
import GPT2Kernels
import GPT2PyTorchFiles
import GPT2SafeTensors
import GPT2Transformer

/// A file, or a folder, that holds a model, mapped; which kind it is, its first bytes say. A run directory is the model
/// that it holds: see `RunModel`.
package enum ModelFile: Sendable {
  /// llm.c's.
  case checkpoint(MappedFile)
  case gguf(GGUFFile)
  /// Hugging Face's: a folder, or a file whose name ends in .safetensors.
  case safeTensors(StateDictionaryModel)
  /// What `torch.save` wrote: a folder of Hugging Face's, nanoGPT's ckpt.pt, or a file of tensors.
  case pyTorch(PyTorchModel)

  /// - Throws: `FileError` if the file cannot be read or is of no kind that is known; for a GGUF or safetensors
  ///   file, whatever is wrong with it, but not yet with the model in it.
  package init(contentsOf path: String) throws(FileError) {
    let file: MappedFile
    do throws(FileError) {
      file = try MappedFile(path: path)
    } catch {
      guard error.cause == .isDirectory else { throw error }
      if let run = try RunModel(directory: path) {
        self = try Self(of: run)
      } else {
        self = try Self(folder: path)
      }
      return
    }
    if path.hasSuffix(".safetensors") {
      self = .safeTensors(try StateDictionaryModel(file))
      return
    }
    switch file.count < MemoryLayout<Int32>.size ? 0 : file.load(Int32.self, at: 0) {
    case Checkpoint.magic: self = .checkpoint(file)
    case GGUFFormat.magic: self = .gguf(try GGUFFile(file))
    case _ where PyTorchFile.mayBe(file): self = .pyTorch(try PyTorchModel(file))
    case _ where PyTorchFile.mayBeBarePickle(file): throw PyTorchFile.barePickle(path)
    case _ where SafeTensorsFile.mayBe(file): self = .safeTensors(try StateDictionaryModel(file))
    default:
      throw .wrongMagic(
        of: file, expected: Checkpoint.magic, kind: "model checkpoint, GGUF, safetensors or PyTorch file")
    }
  }

  private init(of run: RunModel) throws(FileError) {
    guard !run.holdsAdapters else {
      throw FileError(
        run.result,
        .mismatch(
          found: "adapters, which are a part of a model", expected: "a whole model",
          advice: "merge them into one: gpt2 convert MODEL merged.bin --adapters \(run.result)"))
    }
    try self.init(contentsOf: run.result)
  }

  /// The file, or the folder's file, that errors are about.
  package var path: String {
    switch self {
    case .checkpoint(let file): file.path
    case .gguf(let file): file.path
    case .safeTensors(let model): model.path
    case .pyTorch(let file): file.model.path
    }
  }

  /// The named tensors that the model is in, if it is in such.
  var dictionaryModel: StateDictionaryModel? {
    switch self {
    case .checkpoint, .gguf: nil
    case .safeTensors(let model): model
    case .pyTorch(let file): file.model
    }
  }

  /// The tensors that are not read, since generation can do without them: heads for other tasks.
  package var leftOut: [String] {
    dictionaryModel?.leftOut ?? []
  }

  /// A line for the user about that; `nil` if there are none.
  package var leftOutLine: String? {
    guard !leftOut.isEmpty else { return nil }
    let names = leftOut.prefix(4).map(\.onOneShortLine).joined(separator: ", ")
    return "\(path): left out \(names)\(leftOut.count > 4 ? ", …" : ""), which generation does not need"
  }

  /// The numbers of the model: what is needed to plan for its weights.
  ///
  /// - Throws: `FileError` if the file's description of its model is not that of a GPT-2.
  package func configuration() throws(FileError) -> Configuration {
    switch self {
    case .checkpoint(let file): try Checkpoint.configuration(in: file)
    case .gguf(let file): try GGUFModel(file).configuration()
    case .safeTensors(let model): try model.configuration()
    case .pyTorch(let file): try file.model.configuration()
    }
  }

  /// The model's weights, where they lie in the file as far as its layout allows.
  ///
  /// - Throws: `FileError` if the file holds no whole and consistent GPT-2; `AllocationError`.
  package func weights(on workers: Workers = Workers()) throws -> Weights {
    switch self {
    case .checkpoint(let file): try Checkpoint.weights(in: file)
    case .gguf(let file): try GGUFModel(file).weights()
    case .safeTensors(let model): try model.weights(on: workers)
    case .pyTorch(let file): try file.model.weights(on: workers)
    }
  }
}

extension Weights {
  /// The weights of a model, used where they lie in its file: llm.c's checkpoints of version 1, 3 and 5, GPT-2 in
  /// GGUF files, and in safetensors files, whose linear layers must be transposed.
  ///
  /// - Throws: `FileError` if the file holds no whole and consistent GPT-2; `AllocationError`.
  package static func read(_ path: String) throws -> Weights {
    try ModelFile(contentsOf: path).weights()
  }
}
