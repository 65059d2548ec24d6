import GPT2BinaryFiles

/// Names, one a line, in three parts: what a model learns from, what it is judged by meanwhile, and what it is judged
/// by in the end.
package struct NameTexts: Sendable {
  package let vocabulary: LetterVocabulary
  package let training: [Int32]
  package let validation: [Int32]
  package let test: [Int32]

  /// Reads train.txt, val.txt and test.txt.
  ///
  /// - Parameter least: How many letters, ends of lines included, each must have.
  /// - Throws: `FileError` if a file is missing, too short, or holds anything but names of the letters a to z, in the
  ///   last two only those that the first has.
  package init(directory: String, least: Int) throws(FileError) {
    let texts = try Self.read(directory + "/train.txt", least: least)
    let vocabulary = LetterVocabulary(of: texts)
    self.vocabulary = vocabulary
    training = try Self.tokens(of: texts, vocabulary, directory + "/train.txt")
    let validationText = try Self.read(directory + "/val.txt", least: least)
    validation = try Self.tokens(of: validationText, vocabulary, directory + "/val.txt")
    let testText = try Self.read(directory + "/test.txt", least: least)
    test = try Self.tokens(of: testText, vocabulary, directory + "/test.txt")
  }

  private static func read(_ path: String, least: Int) throws(FileError) -> [UInt8] {
    let file = try LessonFile.open(
      path, expected: "names, one a line", advice: "--data names another directory")
    let bytes = try file.contents()
    let newline = UInt8(ascii: "\n")
    guard bytes.contains(where: { $0 != newline }) else {
      throw FileError(
        path,
        .mismatch(found: "no name", expected: "names, one a line", advice: "fetch or write it again"))
    }
    guard bytes.count >= least else {
      throw FileError(
        path,
        .mismatch(
          found: "\(bytes.count) bytes", expected: "at least \(least), a context or a batch of them",
          advice: "give it more names, or take smaller contexts or batches"))
    }
    let isLetter = { (byte: UInt8) in byte == newline || (0x61...0x7A).contains(byte) }
    if let place = bytes.firstIndex(where: { !isLetter($0) }) {
      throw unparsable(bytes, at: place, path, expected: "a name of the letters a to z")
    }
    guard bytes.contains(newline) else {
      throw FileError(
        path,
        .mismatch(
          found: "no end of a line", expected: "names, one a line", advice: "put one name on each line"))
    }
    return bytes
  }

  private static func tokens(
    of text: [UInt8], _ vocabulary: LetterVocabulary, _ path: String
  ) throws(FileError) -> [Int32] {
    var tokens: [Int32] = []
    tokens.reserveCapacity(text.count)
    for (place, letter) in text.enumerated() {
      guard let token = vocabulary.token(letter) else {
        throw unparsable(text, at: place, path, expected: "letters that train.txt has too")
      }
      tokens.append(Int32(token))
    }
    return tokens
  }

  private static func unparsable(
    _ text: [UInt8], at place: Int, _ path: String, expected: String
  ) -> FileError {
    let newline = UInt8(ascii: "\n")
    let before = text[..<place]
    let start = before.lastIndex(of: newline).map { $0 + 1 } ?? 0
    let line = text[start...].prefix { $0 != newline }
    return FileError(
      path,
      .unparsableText(
        line: before.count { $0 == newline } + 1, found: String(decoding: line, as: UTF8.self),
        expected: expected))
  }
}
