import GPT2BinaryFiles

/// A safetensors file: its tensors where they lie in the mapping.
package final class SafeTensorsFile: Sendable {
  /// The mapping, which `bytes(ofTensor:)` looks into.
  package let file: MappedFile
  /// In the order of their values in the file; no name occurs twice.
  package let tensors: [SafeTensorInfo]
  /// What the file says of itself, as {"format": "pt"}.
  package let metadata: [String: String]
  /// Where each tensor's values lie in the file.
  private let ranges: [String: Range<Int>]

  package var path: String { file.path }

  /// Whether a file may be one: after the header's length there must be a brace, behind white space at most.
  package static func mayBe(_ file: MappedFile) -> Bool {
    let header = file.bytes.dropFirst(SafeTensorsFormat.prefixBytes)
    return header.first { !SafeTensorsFormat.whiteSpace.contains($0) } == UInt8(ascii: "{")
  }

  /// Checks all of the file but the tensors' values.
  ///
  /// - Throws: `FileError` if it cannot be read or is damaged anywhere, or has a tensor of a type that is not one of
  ///   `ElementType`.
  package convenience init(contentsOf path: String) throws(FileError) {
    try self.init(try MappedFile(path: path))
  }

  /// The same for a file that is mapped already.
  package init(_ file: MappedFile) throws(FileError) {
    self.file = file
    let header = try Self.header(of: file)
    let reader = HeaderReader(path: file.path)
    metadata = try reader.metadata(header)
    let placed = try reader.tensors(header).sorted {
      ($0.offsets.lowerBound, $0.offsets.upperBound) < ($1.offsets.lowerBound, $1.offsets.upperBound)
    }
    tensors = placed.map(\.info)
    ranges = try Self.ranges(of: placed, in: file)
  }

  /// A tensor's values: valid as long as this object or `file` is held. `nil` if there is no such tensor.
  package func bytes(ofTensor name: String) -> UnsafeRawBufferPointer? {
    ranges[name].map { UnsafeRawBufferPointer(rebasing: file.bytes[$0]) }
  }

  /// The header's length, if the whole header is in the file.
  private static func headerCount(of file: MappedFile) throws(FileError) -> Int {
    let prefix = SafeTensorsFormat.prefixBytes
    if let kind = FileKind(of: file.bytes), kind != .safeTensors, !mayBe(file) {
      throw .anotherKind(kind, at: file.path, expected: "safetensors file")
    }
    guard file.count >= prefix else {
      throw FileError(file.path, .truncatedHeader(found: file.count, expected: prefix))
    }
    let count = file.load(UInt64.self, at: 0)
    guard count <= SafeTensorsFormat.longestHeader else {
      throw FileError(
        file.path,
        .invalidField(
          name: "header length", found: Int(clamping: count),
          expected: "at most \(SafeTensorsFormat.longestHeader)"))
    }
    guard file.count >= prefix + Int(count) else {
      throw FileError(file.path, .truncatedHeader(found: file.count, expected: prefix + Int(count)))
    }
    return Int(count)
  }

  private static func header(of file: MappedFile) throws(FileError) -> JSONObject {
    let start = SafeTensorsFormat.prefixBytes
    let count = try headerCount(of: file)
    guard count > 0, mayBe(file) else {
      throw FileError(
        file.path,
        .mismatch(
          found: "a header that does not begin with '{'", expected: "a safetensors file",
          advice: "check the name, or fetch it again"))
    }
    let text = UnsafeRawBufferPointer(rebasing: file.bytes[start..<start + count])
    // White space alone has a brace only behind the header; that is no JSON either.
    guard let object = try JSONParser.parse(text, path: file.path).object else {
      preconditionFailure("what begins with a brace is an object")
    }
    return object
  }

  /// That the values follow one another without gaps and end with the file.
  private static func ranges(
    of tensors: [PlacedTensor], in file: MappedFile
  ) throws(FileError) -> [String: Range<Int>] {
    let start = SafeTensorsFormat.prefixBytes + (try headerCount(of: file))
    var end = 0
    var ranges: [String: Range<Int>] = [:]
    for tensor in tensors {
      guard tensor.offsets.lowerBound == end else {
        let isHole = tensor.offsets.lowerBound > end
        throw FileError(
          file.path,
          .mismatch(
            found: "tensor \(tensor.info.name.onOneShortLine) "
              + (isHole ? "after bytes that belong to none" : "inside another's values"),
            expected: "tensors one after the other", advice: "the file is damaged, fetch it again"))
      }
      end = tensor.offsets.upperBound
      guard end <= file.count - start else { break }
      ranges[tensor.info.name] = start + tensor.offsets.lowerBound..<start + end
    }
    let expected = (CheckedCount(start) + (tensors.last?.offsets.upperBound ?? 0)).value ?? .max
    guard file.count == expected else {
      throw FileError(file.path, .wrongSize(found: file.count, expected: expected))
    }
    return ranges
  }
}
