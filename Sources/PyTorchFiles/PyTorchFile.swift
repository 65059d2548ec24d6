import GPT2BinaryFiles

/// A file that `torch.save` wrote, PyTorch 1.6 or later: a zip archive of a pickle, data.pkl, and a record for the values
/// of each storage. No pickle is ever executed: see `Unpickler`.
package final class PyTorchFile: @unchecked Sendable {
  // `@unchecked`: nothing changes once it is made.
  package let file: MappedFile
  private let pickle: Pickle
  private let records: [String: Range<Int>]
  /// What the names of all records begin with: that of the file as it was saved.
  private let prefix: String

  package var path: String { file.path }

  /// Whether a file may be one.
  package static func mayBe(_ file: MappedFile) -> Bool {
    file.count >= 4 && file.load(Int32.self, at: 0) == ZipArchive.magic
  }

  /// Whether a file may be one of PyTorch before 1.6, or another pickle: such are no archives.
  package static func mayBeBarePickle(_ file: MappedFile) -> Bool {
    file.count > 2 && file.bytes[0] == 0x80 && (2...5).contains(file.bytes[1])
  }

  /// What to say of those.
  package static func barePickle(_ path: String) -> FileError {
    FileError(
      path,
      .mismatch(
        found: "a pickle, as PyTorch saved before version 1.6", expected: "a file of a later version",
        advice: "save it again: torch.save(torch.load(FILE, weights_only=True), OTHER)"))
  }

  /// - Throws: `FileError` if the archive is damaged, its pickle asks for anything but tensors, or its numbers are
  ///   big-endian.
  package init(_ file: MappedFile) throws(FileError) {
    self.file = file
    let archive = try ZipArchive(file)
    records = archive.records
    let ending = "/data.pkl"
    let pickles = archive.records.keys.filter {
      $0.hasSuffix(ending) && !$0.dropLast(ending.count).contains("/")
    }
    guard let name = pickles.first, pickles.count == 1, let range = archive.records[name] else {
      throw Self.mismatch(
        file.path, found: "a zip archive without data.pkl", advice: "name a file that torch.save wrote")
    }
    prefix = String(name.dropLast(ending.count))
    if let order = archive.records["\(prefix)/byteorder"], !file.bytes[order].elementsEqual("little".utf8) {
      throw Self.mismatch(
        file.path, found: "numbers in another byte order than little-endian",
        advice: "save it again on a usual machine")
    }
    pickle = try Unpickler.read(UnsafeRawBufferPointer(rebasing: file.bytes[range]), path: file.path)
  }

  /// A dictionary in the file, at the end of a path of keys; `nil` if there is none.
  private func dictionary(_ path: [PickleDictionary.Key]) -> PickleDictionary? {
    var dictionary = pickle.dictionary(pickle.root)
    for key in path { dictionary = pickle.dictionary(dictionary?[key]) }
    return dictionary
  }

  /// Whether there is a dictionary at the end of a path of keys.
  package func hasDictionary(_ path: String...) -> Bool { dictionary(path.map { .string($0) }) != nil }

  /// The tensors in a dictionary, in its order; other entries are left out.
  ///
  /// - Throws: `FileError` if there is no such dictionary, or a tensor is larger than its storage, or does not lie in it
  ///   row by row.
  package func tensors(_ path: String...) throws(FileError) -> [(name: String, tensor: PyTorchTensor)] {
    guard let dictionary = dictionary(path.map { .string($0) }) else {
      throw Self.mismatch(
        file.path, found: "no dictionary " + (path.isEmpty ? "of tensors" : path.joined(separator: ".")),
        advice: "save the model's state_dict()")
    }
    var tensors: [(name: String, tensor: PyTorchTensor)] = []
    for (key, value) in dictionary.entries {
      if case .tensor(let stored) = value, case .string(let name) = key {
        tensors.append((name, try tensor(stored, name)))
      }
    }
    return tensors
  }

  /// A value at the end of a path of keys, if it is one that is of use.
  package func value(_ path: String...) throws(FileError) -> PyTorchValue? {
    guard let last = path.last, let value = dictionary(path.dropLast().map { .string($0) })?[.string(last)]
    else { return nil }
    return try self.value(value, last)
  }

  /// The same in the dictionaries of an optimizer's state, which are numbered.
  package func value(_ path: [String], number: Int, _ key: String) throws(FileError) -> PyTorchValue? {
    guard let value = dictionary(path.map { .string($0) } + [.integer(number)])?[.string(key)] else {
      return nil
    }
    return try self.value(value, key)
  }

  /// Whole numbers that an optimizer lists in each of its groups: which parameters it has, in their order.
  package func groups(_ path: String..., listing key: String) -> [[Int]]? {
    guard let last = path.last,
      let groups = pickle.sequence(dictionary(path.dropLast().map { .string($0) })?[.string(last)])
    else { return nil }
    let lists = groups.compactMap { group -> [Int]? in
      pickle.sequence(pickle.dictionary(group)?[.string(key)])?.compactMap { value in
        if case .integer(let number) = value { number } else { nil }
      }
    }
    return lists.count == groups.count ? lists : nil
  }

  private func value(_ value: PickleValue, _ name: String) throws(FileError) -> PyTorchValue? {
    switch value {
    case .none: .nothing
    case .bool(let value): .bool(value)
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .string(let value): .string(value)
    case .tensor(let stored): .tensor(try tensor(stored, name))
    case .sequence, .dictionary, .global, .storage, .description: nil
    }
  }

  /// The tensor's values, all of which must be in its storage, and that in the file.
  private func tensor(_ tensor: PickleTensor, _ name: String) throws(FileError) -> PyTorchTensor {
    let (storage, size) = (tensor.storage, tensor.storage.type.byteCount)
    let shown = name.onOneShortLine
    guard let record = records["\(prefix)/data/\(storage.key)"] else {
      throw Self.mismatch(file.path, found: "no values of tensor \(shown)", advice: "save or fetch it again")
    }
    guard (CheckedCount(storage.count) * size).value == record.count else {
      throw Self.mismatch(
        file.path, found: "\(record.count) bytes for the \(storage.count) values that tensor \(shown) is in",
        advice: "save or fetch it again")
    }
    let count = tensor.shape.reduce(CheckedCount(1)) { $0 * $1 }
    guard let end = (count + tensor.offset).value, let count = count.value, end <= storage.count else {
      throw Self.mismatch(
        file.path, found: "tensor \(shown) of \(tensor.shape), which is larger than its storage",
        advice: "save or fetch it again")
    }
    guard tensor.isContiguous else {
      throw Self.mismatch(
        file.path, found: "tensor \(shown) with strides \(tensor.strides) for \(tensor.shape)",
        advice: "save it with .contiguous()")
    }
    let start = record.lowerBound + tensor.offset * size
    return PyTorchTensor(
      type: storage.type, shape: tensor.shape,
      bytes: UnsafeRawBufferPointer(rebasing: file.bytes[start..<start + count * size]), file: file)
  }

  private static func mismatch(_ path: String, found: String, advice: String) -> FileError {
    FileError(path, .mismatch(found: found, expected: "tensors as torch.save writes them", advice: advice))
  }
}

extension PickleTensor {
  /// Whether values lie row by row; the stride of an extent of 1 is of no matter, nor any where there are no values.
  fileprivate var isContiguous: Bool {
    guard !shape.contains(0) else { return true }
    var expected = 1
    for (extent, stride) in zip(shape, strides).reversed() where extent != 1 {
      guard stride == expected else { return false }
      expected *= extent
    }
    return true
  }
}
