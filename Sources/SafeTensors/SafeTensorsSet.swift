import BinaryFiles

/// The tensors of a model, in one safetensors file or in several that an index lists.
public struct SafeTensorsSet: Sendable {
  /// The file, or the index, named in errors.
  public let path: String
  public let tensors: [SafeTensorInfo]
  /// The metadata of all files; of the first, where several have the same key.
  public let metadata: [String: String]
  /// Each tensor's file.
  private let files: [String: SafeTensorsFile]

  public init(_ file: SafeTensorsFile) {
    path = file.path
    tensors = file.tensors
    metadata = file.metadata
    files = Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, file) })
  }

  /// The files that `model.safetensors.index.json` lists, which are beside it:
  /// {"weight_map": {name of a tensor: name of a file, …}}.
  ///
  /// - Throws: `FileError` if a file cannot be read or is damaged, or if the index and the files do not agree on
  ///   where each tensor is.
  public init(index path: String) throws(FileError) {
    let map = try Self.weightMap(of: path)
    let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? ""
    var byName: [String: SafeTensorsFile] = [:]
    var tensors: [SafeTensorInfo] = []
    var metadata: [String: String] = [:]
    for name in Set(map.values).sorted() {
      let file = try SafeTensorsFile(contentsOf: folder + name)
      for info in file.tensors {
        guard map[info.name] == name else {
          throw Self.mismatch(
            file.path, found: "tensor \(info.name.onOneShortLine)",
            expected: "those that the index places in the file")
        }
        byName[info.name] = file
      }
      tensors += file.tensors
      metadata.merge(file.metadata) { first, _ in first }
    }
    for (tensor, name) in map where byName[tensor] == nil {
      throw Self.mismatch(
        folder + name, found: "no tensor \(tensor.onOneShortLine)", expected: "it, as the index says")
    }
    self.path = path
    self.tensors = tensors
    self.metadata = metadata
    files = byName
  }

  /// What owns the memory of the tensors.
  public var mappings: [MappedFile] {
    var seen: Set<ObjectIdentifier> = []
    return files.values.map(\.file).filter { seen.insert(ObjectIdentifier($0)).inserted }
  }

  /// A tensor's values: valid as long as this value is held. `nil` if there is no such tensor.
  public func bytes(ofTensor name: String) -> UnsafeRawBufferPointer? {
    files[name]?.bytes(ofTensor: name)
  }

  private static func weightMap(of path: String) throws(FileError) -> [String: String] {
    guard let members = try JSONParser.object(contentsOf: path)["weight_map"]?.object?.members,
      !members.isEmpty
    else {
      throw mismatch(path, found: "no weight_map", expected: "one that says in which file each tensor is")
    }
    var map: [String: String] = [:]
    for member in members {
      guard let name = member.value.string, !name.isEmpty, !name.utf8.contains(UInt8(ascii: "/")) else {
        throw mismatch(
          path, found: "tensor \(member.key.onOneShortLine) in \(member.value.summary)",
          expected: "the name of a file beside the index")
      }
      map[member.key] = name
    }
    return map
  }

  private static func mismatch(_ path: String, found: String, expected: String) -> FileError {
    FileError(
      path, .mismatch(found: found, expected: expected, advice: "fetch all files of the model again"))
  }
}
