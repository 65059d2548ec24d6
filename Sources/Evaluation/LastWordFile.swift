import GPT2BinaryFiles
import GPT2Tokens

/// A text whose last word is to be predicted.
package struct LastWordExample: Sendable, Equatable {
  /// The tokens of all before the white space before the last word.
  package let context: [Int32]
  /// The tokens of that white space, which ends in a space, and the last word.
  package let word: [Int32]
}

/// LAMBADA (Paperno et al. 2016) as EleutherAI and OpenAI publish it: a file of JSON objects, one a line, whose
/// "text" ends in the word to be predicted.
package struct LastWordFile: Sendable {
  package let path: String
  /// One for each line, at least 1.
  package let examples: [LastWordExample]

  /// Reads and tokenises all of it.
  ///
  /// A text is cut as lm-evaluation-harness does it for its task `lambada_openai`: the word is what is after the last
  /// space (U+0020), the context what is before it, and all white space at the context's end is scored with the word.
  /// Only the last line may be empty. The file is read as `TextReading.text` says.
  ///
  /// - Parameters:
  ///   - tokenizer: That of the model.
  ///   - longest: How many tokens a word may have. Contexts may have any number.
  /// - Throws: `FileError` if the file cannot be read, is no text, or has no lines, or with the first line that is not UTF-8,
  ///   no JSON object, has no text, or whose text has no context or does not end in a word; also if the tokenizer
  ///   cannot encode.
  package init(contentsOf path: String, tokenizer: Tokenizer, longest: Int) throws(FileError) {
    let file = try MappedFile(path: path)
    let bytes = try file.contents()
    var examples: [LastWordExample] = []
    var rest = try TextReading.text.decode(bytes, of: path).text[...]
    while !rest.isEmpty {
      let line = rest.prefix { $0 != UInt8(ascii: "\n") }
      rest = rest.dropFirst(line.count + 1)
      let reader = LineReader(path: path, number: examples.count + 1)
      examples.append(try reader.example(in: line, tokenizer, longest))
    }
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
    in line: ArraySlice<UInt8>, _ tokenizer: Tokenizer, _ longest: Int
  ) throws(FileError) -> LastWordExample {
    guard let json = String(validating: line, as: UTF8.self) else {
      throw error(String(decoding: line.prefix(240), as: UTF8.self), "UTF-8")
    }
    let text = try text(in: json)
    let scalars = text.unicodeScalars
    guard let space = scalars.lastIndex(of: " "),
      let end = scalars[..<space].lastIndex(where: { !$0.isPythonSpace })
    else { throw error(text, "a text of more than one word") }
    guard let last = scalars.last, !last.isPythonSpace else {
      throw error(String(text.suffix(40)), "a text that ends in a word, not in white space")
    }
    // GPT-2's tokens never reach over a beginning of white space, so both parts have the tokens that they have in the whole.
    let word = String(scalars[scalars.index(after: end)...])
    let tokens = try tokenizer.encode(word).map(Int32.init)
    guard tokens.count <= longest else {
      throw error(word, "a last word of at most the model's \(longest) tokens")
    }
    let context = String(scalars[...end])
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

extension Unicode.Scalar {
  /// What Python's `str.rstrip` takes away: Unicode's white space, and four separators of ASCII.
  fileprivate var isPythonSpace: Bool { properties.isWhitespace || (0x1C...0x1F).contains(value) }
}
