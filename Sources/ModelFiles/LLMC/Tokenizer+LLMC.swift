import GPT2BinaryFiles
import GPT2Tokens

// llm.c's tokenizer file: a header [0] magic, [1] version, [2] vocabulary size, [3] end-of-text (version 2),
// then for each token one byte of length and that many bytes.
extension Tokenizer {
  private static let magic: Int32 = 20_240_328

  /// Reads a tokenizer file of version 1 (which means GPT-2's 50,257 tokens) or 2.
  ///
  /// - Throws: `FileError` if the file cannot be read or is not exactly what its header declares. A vocabulary
  ///   may have up to 65,536 tokens, since token files hold uint16.
  package convenience init(contentsOf path: String) throws(FileError) {
    let file = try MappedFile(path: path)
    let header = try Header(of: file, magic: Self.magic, kind: "tokenizer")
    let size = try header.field(2, named: "vocabulary size", in: 1...Vocabulary.largestCount, of: path)
    let endOfText: Int
    switch header.version {
    case 1:
      endOfText = 50_256
      guard size == endOfText + 1 else {
        throw FileError(
          path, .invalidField(name: "vocabulary size", found: size, expected: "50257, which version 1 means"))
      }
    case 2:
      endOfText = try header.field(3, named: "end-of-text", in: 0...size - 1, of: path)
    default:
      throw FileError(
        path,
        .unsupportedVersion(
          found: header.version, supported: [1, 2], advice: "write it again with llm.c's train_gpt2.py"))
    }
    self.init(path: path, vocabulary: try Self.readVocabulary(of: file, count: size), endOfText: endOfText)
  }

  private static func readVocabulary(of file: MappedFile, count: Int) throws(FileError) -> Vocabulary {
    var vocabulary = Vocabulary()
    var offset = Header.byteCount
    for id in 0..<count {
      guard offset < file.count else {
        throw FileError(file.path, .invalidTokenEntry(id: id, reason: "is missing, the file ends before it"))
      }
      let length = Int(file.bytes[offset])
      guard length > 0 else {
        throw FileError(file.path, .invalidTokenEntry(id: id, reason: "has length 0"))
      }
      guard offset + 1 + length <= file.count else {
        let reason = "of length \(length) runs past the end of the file"
        throw FileError(file.path, .invalidTokenEntry(id: id, reason: reason))
      }
      vocabulary.append(UnsafeRawBufferPointer(rebasing: file.bytes[offset + 1..<offset + 1 + length]))
      offset += 1 + length
    }
    guard offset == file.count else {
      throw FileError(file.path, .wrongSize(found: file.count, expected: offset))
    }
    return vocabulary
  }

  /// Writes a tokenizer file of version 2.
  ///
  /// - Parameters:
  ///   - folder: That `path` is in, if it is held.
  ///   - replacing: Whether a file at `path` may be replaced.
  ///   - body: Called when all is written but not under its name yet. If it throws, nothing is left behind.
  /// - Throws: `FileError` if the file exists and may not be replaced, or cannot be written; what `body` throws.
  package func write(
    to path: String, in folder: HeldFolder? = nil, replacing: Bool,
    beforeNaming body: () throws(FileError) -> Void = {}
  ) throws(FileError) {
    var header = Header(magic: Self.magic, version: 2)
    header[2] = vocabularySize
    header[3] = endOfText
    var entries: [UInt8] = []
    for id in 0..<vocabularySize {
      let bytes = vocabulary[id]
      entries.append(UInt8(bytes.count))
      entries.append(contentsOf: bytes)
    }
    try FileWriter.write(to: path, in: folder, replacing: replacing) { writer throws(FileError) in
      try writer.append(header)
      try writer.append(entries)
      try body()
    }
  }
}
