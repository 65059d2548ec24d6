import GPT2BinaryFiles

/// A text as numbers, one a character: its distinct characters in the order of their scalars are the vocabulary, as in
/// nanoGPT's data/shakespeare_char/prepare.py.
///
/// A character is a Unicode scalar, as in Python.
package struct CharacterText: Sendable {
  package let path: String
  /// The vocabulary: the character of each id.
  package let characters: [Unicode.Scalar]
  /// The first nine tenths of the text.
  package let training: [UInt16]
  /// The last tenth.
  package let validation: [UInt16]

  /// - Throws: `FileError` if the file cannot be read, is empty or no UTF-8, or has more distinct characters than a
  ///   token file can tell apart.
  package init(contentsOf path: String) throws(FileError) {
    let text = try Self.scalars(of: path)
    let characters = Set(text).sorted { $0.value < $1.value }
    guard characters.count <= 1 << 16 else {
      throw FileError(
        path,
        .mismatch(
          found: "\(characters.count) distinct characters", expected: "at most \(1 << 16)",
          advice: "name another text"))
    }
    var ids: [Unicode.Scalar: UInt16] = [:]
    for (id, character) in characters.enumerated() { ids[character] = UInt16(id) }
    let tokens = text.compactMap { ids[$0] }
    let cut = tokens.count / 10 * 9 + tokens.count % 10 * 9 / 10
    self.path = path
    self.characters = characters
    training = Array(tokens[..<cut])
    validation = Array(tokens[cut...])
  }

  /// A text that is numbers already.
  init(path: String, characters: [Unicode.Scalar], training: [UInt16], validation: [UInt16]) {
    self.path = path
    self.characters = characters
    self.training = training
    self.validation = validation
  }

  private static func scalars(of path: String) throws(FileError) -> [Unicode.Scalar] {
    let file = try LessonFile.open(path, expected: "a text", advice: "--text names another file")
    guard let text = try file.text() else {
      throw FileError(
        path, .mismatch(found: "bytes that are no UTF-8", expected: "a text", advice: "name another file"))
    }
    guard !text.isEmpty else {
      throw FileError(
        path, .mismatch(found: "an empty file", expected: "a text", advice: "name another file"))
    }
    return Array(text.unicodeScalars)
  }

  /// The text of token ids, each below the vocabulary's size.
  package func decode(_ tokens: some Sequence<Int>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: tokens.map { characters[$0] })
    return String(text)
  }

  /// What samples begin with: the end of a line, or the first character where there is none.
  var start: Int { characters.firstIndex(of: "\n") ?? 0 }
}
