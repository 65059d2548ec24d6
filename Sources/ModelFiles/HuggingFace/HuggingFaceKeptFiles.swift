import GPT2BinaryFiles
import GPT2Kernels
import GPT2Tokens
import GPT2WeightFormats

/// A file of a folder, but for its weights.
struct HuggingFaceFile {
  let name: String
  let bytes: [UInt8]

  init(_ name: String, _ text: String) {
    self.name = name
    bytes = Array(text.utf8)
  }

  init(_ name: String, copying file: MappedFile) throws(FileError) {
    self.name = name
    bytes = try file.contents()
  }
}

/// What a folder says beside its weights, to be said again in another folder of the same model: as it is, byte for byte,
/// wherever nothing changes.
struct HuggingFaceKeptFiles {
  private let files: HuggingFaceFiles

  init(_ folder: String) { files = HuggingFaceFiles(folder: folder) }

  /// Those of the names that there are.
  func names(among names: [String]) -> [String] { names.filter(files.has) }

  func copies(_ names: [String]) throws(FileError) -> [HuggingFaceFile] {
    var copies: [HuggingFaceFile] = []
    for name in names {
      if let file = try MappedFile.ifPresent(files.folder + name) {
        copies.append(try HuggingFaceFile(name, copying: file))
      }
    }
    return copies
  }

  /// config.json, but for the type of the weights, the name of a class whose heads were left out, and a wrong word on
  /// whether the token table is the classifier too.
  func configuration(_ format: WeightFormat, tiesClassifier: Bool) throws(FileError) -> HuggingFaceFile {
    let name = HuggingFaceFolder.configuration
    let object = try JSONParser.object(contentsOf: files.folder + name)
    let type = JSONValue.string(format.huggingFaceName)
    var changes: [String: JSONValue] = [:]
    for key in ["dtype", "torch_dtype"] where object[key] != nil { changes[key] = type }
    // Weights without a stated type are taken for fp32.
    if changes.isEmpty && format != .fp32 { changes = ["dtype": type, "torch_dtype": type] }
    let plain = JSONValue.array([.string("GPT2LMHeadModel")])
    if let stated = object["architectures"], stated != .null, stated != .array([.string("GPT2Model")]) {
      changes["architectures"] = plain
    }
    if (object["tie_word_embeddings"]?.bool ?? true) != tiesClassifier {
      changes["tie_word_embeddings"] = .bool(tiesClassifier)
    }
    changes = changes.filter { object[$0.key] != $0.value }
    if changes.isEmpty, let copy = try copies([name]).first { return copy }
    var members = object.members.map { ($0.key, JSONText.text(of: changes[$0.key] ?? $0.value, depth: 1)) }
    for (key, value) in changes.sorted(by: { $0.key < $1.key }) where object[key] == nil {
      members.append((key, JSONText.text(of: value, depth: 1)))
    }
    return HuggingFaceFile(name, JSONText.object(members) + "\n")
  }
}

extension WeightFormat {
  /// As config.json names the types that safetensors files hold.
  var huggingFaceName: String { self == .fp32 ? "float32" : self == .fp16 ? "float16" : "bfloat16" }
}
