import GPT2BinaryFiles

/// The tensors of a model, in one safetensors file or in several that an index lists.
package struct SafeTensorsSet: Sendable {
  /// The file, or the index, named in errors.
  package let path: String
  package let tensors: [SafeTensorInfo]
  /// The metadata of all files; of the first, where several have the same key.
  package let metadata: [String: String]
  /// Each tensor's file.
  private let files: [String: SafeTensorsFile]

  package init(_ file: SafeTensorsFile) {
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
  package init(index path: String) throws(FileError) {
    let index = try ShardIndex(contentsOf: path)
    var byName: [String: SafeTensorsFile] = [:]
    var tensors: [SafeTensorInfo] = []
    var metadata: [String: String] = [:]
    for name in index.files {
      let file = try SafeTensorsFile(contentsOf: name)
      try index.check(name, holds: file.tensors.map(\.name))
      for info in file.tensors { byName[info.name] = file }
      tensors += file.tensors
      metadata.merge(file.metadata) { first, _ in first }
    }
    try index.check(allAreIn: Set(byName.keys))
    self.path = path
    self.tensors = tensors
    self.metadata = metadata
    files = byName
  }

  /// What owns the memory of the tensors.
  package var mappings: [MappedFile] {
    var seen: Set<ObjectIdentifier> = []
    return files.values.map(\.file).filter { seen.insert(ObjectIdentifier($0)).inserted }
  }

  /// A tensor's values: valid as long as this value is held. `nil` if there is no such tensor.
  package func bytes(ofTensor name: String) -> UnsafeRawBufferPointer? {
    files[name]?.bytes(ofTensor: name)
  }
}
