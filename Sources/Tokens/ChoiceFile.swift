import GPT2BinaryFiles

/// A question with several completions, of which one is right.
package struct ChoiceExample: Sendable, Equatable {
  /// At least 1 token.
  package let context: [Int32]
  /// At least 2, of at least 1 token each.
  package let completions: [[Int32]]
  /// The index of the right one.
  package let label: Int
}

/// A file of multiple-choice examples as llm.c's scripts write HellaSwag and MMLU (`write_evalfile` in
/// dev/data/data_common.py).
///
/// After a header, [0] magic, [1] version, [2] number of examples, [3] bytes of the longest one, each example is
/// a run of uint16: 65535, its bytes with all six of these, its index, the label, the number of completions, the
/// context's length; the context; then of each completion its length and its tokens.
package struct ChoiceFile: Sendable {
  static let magic: Int32 = 20_240_522
  private static let version: Int32 = 1

  package let path: String
  /// At least 1.
  package let examples: [ChoiceExample]

  /// Reads and checks all of it.
  ///
  /// - Throws: `FileError` if the file cannot be read, is of another kind, or is not exactly what its header and
  ///   its examples declare.
  package init(contentsOf path: String) throws(FileError) {
    let file = try MappedFile(path: path)
    let header = try Header(of: file, magic: Self.magic, kind: "multiple-choice file")
    guard header.version == Self.version else {
      throw FileError(
        path,
        .unsupportedVersion(
          found: header.version, supported: [Self.version], advice: "make it again with llm.c's scripts"))
    }
    // An example's index and its size in bytes are uint16.
    let count = try header.field(2, named: "number of examples", in: 1...Int(UInt16.max), of: path)
    let longest = try header.field(
      3, named: "bytes of the longest example", in: 1...Int(UInt16.max), of: path)
    var parser = ChoiceParser(file, longest: longest)
    var examples: [ChoiceExample] = []
    for index in 0..<count { examples.append(try parser.next(index)) }
    guard parser.offset == file.count else {
      throw FileError(path, .wrongSize(found: file.count, expected: parser.offset))
    }
    guard parser.longestFound == longest else {
      throw FileError(
        path,
        .invalidField(
          name: "bytes of the longest example", found: longest,
          expected: "the \(parser.longestFound) that it has"))
    }
    self.path = path
    self.examples = examples
  }

  /// Checks that a model can score the examples.
  ///
  /// - Parameters:
  ///   - vocabularySize: What every token must be below.
  ///   - longest: How many tokens a completion may have. Contexts may have any number.
  /// - Throws: `FileError` with the first example that does not fit.
  package func check(below vocabularySize: Int, longest: Int) throws(FileError) {
    for (index, example) in examples.enumerated() {
      for tokens in [example.context] + example.completions {
        if let token = tokens.first(where: { $0 >= vocabularySize }) {
          throw FileError(
            path,
            .invalidExample(
              index: index, found: "token \(token)",
              expected: "tokens below the vocabulary's \(vocabularySize)"))
        }
      }
      if let completion = example.completions.first(where: { $0.count > longest }) {
        throw FileError(
          path,
          .invalidExample(
            index: index, found: "a completion of \(completion.count) tokens",
            expected: "at most the model's \(longest)"))
      }
    }
  }
}

/// Goes through the examples of a file, trusting none of their lengths.
private struct ChoiceParser {
  private static let mark: UInt16 = 65_535
  /// What stands before the context, in bytes: the mark, bytes, index, label, completions and context length.
  private static let prefixBytes = 6 * MemoryLayout<UInt16>.size

  private let file: MappedFile
  private let longest: Int
  /// Where the next word is, in bytes.
  private(set) var offset = Header.byteCount
  /// Where the current example ends, in bytes.
  private var end = Header.byteCount
  private var index = 0
  private(set) var longestFound = 0

  init(_ file: MappedFile, longest: Int) {
    self.file = file
    self.longest = longest
  }

  mutating func next(_ index: Int) throws(FileError) -> ChoiceExample {
    self.index = index
    let left = file.count - offset
    try expect(left >= Self.prefixBytes, found: "\(left) bytes left in the file", "an example")
    end = file.count
    let start = offset
    let mark = word()
    try expect(mark == Self.mark, found: "\(mark) at its beginning", "\(Self.mark)")
    let bytes = Int(word())
    // `longest` is the header's, and may be too short for anything.
    try expect(
      bytes % 2 == 0 && Self.prefixBytes <= bytes && bytes <= min(left, longest), found: "\(bytes) bytes",
      "an even number from \(Self.prefixBytes) to the header's \(longest) and the file's last \(left)")
    end = start + bytes
    longestFound = max(longestFound, bytes)
    let number = word()
    try expect(Int(number) == index, found: "index \(number)", "\(index)")
    let label = Int(word())
    let count = Int(word())
    try expect(count >= 2, found: "\(count) completions", "at least 2")
    try expect(label < count, found: "label \(label)", "one below the \(count) completions")
    let context = try tokens("context")
    var completions: [[Int32]] = []
    for number in 0..<count { completions.append(try tokens("completion \(number)")) }
    try expect(offset == end, found: "\(bytes) bytes", "the \(offset - start) of its parts")
    return ChoiceExample(context: context, completions: completions, label: label)
  }

  /// A length and as many tokens.
  private mutating func tokens(_ name: String) throws(FileError) -> [Int32] {
    let left = (end - offset) / MemoryLayout<UInt16>.size
    try expect(left >= 1, found: "its end before its \(name)", "a length and tokens")
    let count = Int(word())
    try expect(
      1 <= count && count < left, found: "a \(name) of \(count) tokens",
      left > 1 ? "1 to the \(left - 1) left in the example" : "room for one, but the example ends")
    return (0..<count).map { _ in Int32(word()) }
  }

  /// The caller has checked that there is one.
  private mutating func word() -> UInt16 {
    defer { offset += MemoryLayout<UInt16>.size }
    return file.load(UInt16.self, at: offset)
  }

  private func expect(
    _ holds: Bool, found: @autoclosure () -> String, _ expected: @autoclosure () -> String
  ) throws(FileError) {
    guard !holds else { return }
    throw FileError(file.path, .invalidExample(index: index, found: found(), expected: expected()))
  }
}
