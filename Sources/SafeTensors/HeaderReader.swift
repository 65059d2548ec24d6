import GPT2BinaryFiles

/// A tensor, and where its values lie, counted from where all values begin.
struct PlacedTensor {
  let info: SafeTensorInfo
  let offsets: Range<Int>
}

/// Checks what a header says of each tensor.
struct HeaderReader {
  let path: String

  func metadata(_ header: JSONObject) throws(FileError) -> [String: String] {
    // Null is the same as none, as the reference implementation has it.
    guard let value = header[SafeTensorsFormat.metadataKey], value != .null else { return [:] }
    var metadata: [String: String] = [:]
    for member in value.object?.members ?? [] {
      metadata[member.key] = member.value.string
    }
    guard let object = value.object, metadata.count == object.members.count else {
      throw mismatch(found: "\(SafeTensorsFormat.metadataKey) that is no object of strings", expected: "one")
    }
    return metadata
  }

  /// In the order of the header.
  func tensors(_ header: JSONObject) throws(FileError) -> [PlacedTensor] {
    var tensors: [PlacedTensor] = []
    for member in header.members where member.key != SafeTensorsFormat.metadataKey {
      tensors.append(try tensor(member.key, member.value))
    }
    return tensors
  }

  private func tensor(_ name: String, _ value: JSONValue) throws(FileError) -> PlacedTensor {
    let shown = name.onOneShortLine
    guard let object = value.object else {
      throw mismatch(found: "tensor \(shown) that is \(value.summary)", expected: "an object")
    }
    let info = SafeTensorInfo(
      name: name, type: try type(object, of: shown), shape: try shape(object, of: shown))
    let offsets = try offsets(object, of: shown)
    guard let count = info.byteCount, offsets.count == count else {
      throw FileError(
        path,
        .invalidField(
          name: "bytes of tensor \(shown)", found: offsets.count,
          expected: (info.byteCount.map { "\($0)" } ?? "more than any file can have")
            + " for \(info.description)"))
    }
    return PlacedTensor(info: info, offsets: offsets)
  }

  private func type(_ object: JSONObject, of name: String) throws(FileError) -> ElementType {
    guard let type = object["dtype"]?.string.flatMap(ElementType.init) else {
      throw mismatch(
        found: "tensor \(name) with dtype \(object["dtype"]?.summary ?? "missing")",
        expected: "one of \(ElementType.allCases.map(\.name).joined(separator: ", "))")
    }
    return type
  }

  private func shape(_ object: JSONObject, of name: String) throws(FileError) -> [Int] {
    guard let shape = counts(object["shape"]) else {
      throw mismatch(
        found: "tensor \(name) with a shape that is no array of whole numbers from 0 on",
        expected: "its extents")
    }
    return shape
  }

  private func offsets(_ object: JSONObject, of name: String) throws(FileError) -> Range<Int> {
    guard let offsets = counts(object["data_offsets"]), offsets.count == 2, offsets[0] <= offsets[1] else {
      throw mismatch(
        found: "tensor \(name) with data_offsets that are not two whole numbers from 0 on, the lower first",
        expected: "where its values begin and end")
    }
    return offsets[0]..<offsets[1]
  }

  private func counts(_ value: JSONValue?) -> [Int]? {
    guard let values = value?.array else { return nil }
    let counts = values.compactMap(\.integer).filter { $0 >= 0 }
    return counts.count == values.count ? counts : nil
  }

  private func mismatch(found: String, expected: String) -> FileError {
    FileError(
      path, .mismatch(found: found, expected: expected, advice: "the header is damaged, fetch the file again")
    )
  }
}
