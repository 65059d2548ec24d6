import BinaryFiles
import Tokens

/// A text whose last word is to be predicted.
public struct LastWordExample: Sendable, Equatable {
  /// The tokens of all before the spaces before the last word.
  public let context: [Int32]
  /// The tokens of a space and the last word.
  public let word: [Int32]
}

/// LAMBADA (Paperno et al. 2016) as EleutherAI and OpenAI publish it: a file of JSON objects, one a line, whose
/// "text" ends in the word to be predicted.
public struct LastWordFile: Sendable {
  public let path: String
  /// One for each line, at least 1.
  public let examples: [LastWordExample]

  /// Reads and tokenises all of it.
  ///
  /// A text is cut at its last spaces (U+0020, one or more): what is before them is the context; a space and
  /// what is after them the word. Only the last line may be empty.
  ///
  /// - Parameters:
  ///   - tokenizer: That of the model.
  ///   - longest: How many tokens a word may have. Contexts may have any number.
  /// - Throws: `FileError` if the file cannot be read or has no lines, or with the first line that is not UTF-8,
  ///   no JSON object, has no text, or whose text has no context or does not end in a word; also if the tokenizer
  ///   cannot encode.
  public init(contentsOf path: String, tokenizer: Tokenizer, longest: Int) throws(FileError) {
    let file = try MappedFile(path: path)
    var examples: [LastWordExample] = []
    var rest = file.bytes[...]
    while !rest.isEmpty {
      let line = rest.prefix { $0 != UInt8(ascii: "\n") }
      rest = rest.dropFirst(line.count + 1)
      let reader = LineReader(path: path, number: examples.count + 1)
      examples.append(try reader.example(in: UnsafeRawBufferPointer(rebasing: line), tokenizer, longest))
    }
    withExtendedLifetime(file) {}
    guard !examples.isEmpty else {
      throw FileError(
        path,
        .mismatch(
          found: "an empty file", expected: #"lines like {"text": "…"}"#, advice: "fetch or write it again"))
    }
    self.path = path
    self.examples = examples
  }
}

/// Reads one line, which is named in errors.
private struct LineReader {
  let path: String
  /// Counted from 1.
  let number: Int

  func example(
    in line: UnsafeRawBufferPointer, _ tokenizer: Tokenizer, _ longest: Int
  ) throws(FileError) -> LastWordExample {
    guard let json = String(validating: line, as: UTF8.self) else {
      throw error(String(decoding: line.prefix(240), as: UTF8.self), "UTF-8")
    }
    let text = try text(in: json)
    guard let space = text.unicodeScalars.lastIndex(of: " "),
      let end = text.unicodeScalars[..<space].lastIndex(where: { $0 != " " })
    else { throw error(text, "a text of more than one word") }
    let word = text.unicodeScalars[text.unicodeScalars.index(after: space)...]
    guard let last = word.last, !last.properties.isWhitespace else {
      throw error(String(text.suffix(40)), "a text that ends in a word, not in white space")
    }
    let tokens = try tokenizer.encode(" " + String(word)).map(Int32.init)
    guard tokens.count <= longest else {
      throw error(String(word), "a last word of at most the model's \(longest) tokens")
    }
    let context = String(text.unicodeScalars[...end])
    return LastWordExample(context: try tokenizer.encode(context).map(Int32.init), word: tokens)
  }

  private func text(in json: String) throws(FileError) -> String {
    do {
      return try JSONCoding.text(in: "text", of: json.utf8)
    } catch DecodingError.keyNotFound, DecodingError.valueNotFound {
      throw error(json, #"a JSON object with a "text""#)
    } catch DecodingError.typeMismatch {
      throw error(json, #"a JSON object whose "text" is a string"#)
    } catch {
      throw self.error(json, #"JSON: {"text": "…"}"#)
    }
  }

  private func error(_ found: String, _ expected: String) -> FileError {
    FileError(path, .unparsableText(line: number, found: String(found.prefix(240)), expected: expected))
  }
}
