import GPT2BinaryFiles
import Foundation
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens

@testable import GPT2Evaluation

@Suite struct LastWordFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func read(_ text: String, longest: Int = 100) throws -> [LastWordExample] {
    try read(Array(text.utf8), longest: longest)
  }

  private func read(_ bytes: [UInt8], longest: Int = 100) throws -> [LastWordExample] {
    let path = try directory.write(bytes, to: "words.jsonl")
    return try LastWordFile(contentsOf: path, tokenizer: .byteLevel, longest: longest).examples
  }

  /// One byte a token.
  private func example(_ context: String, _ word: String) -> LastWordExample {
    LastWordExample(context: context.utf8.map(Int32.init), word: word.utf8.map(Int32.init))
  }

  /// By lm-evaluation-harness's rules in Python: see dev/reference/make_last_words.py.
  @Test func wordsAreCutAsTheHarnessDoes() throws {
    struct Record: Decodable {
      let text: String
      let context: [Int32]
      let word: [Int32]
    }
    let path = TestFiles.fixture("last_words.jsonl")
    let file = try LastWordFile(contentsOf: path, tokenizer: .byteLevel, longest: 100)
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(lines.count > 40 && file.examples.count == lines.count)
    for (line, example) in zip(lines, file.examples) {
      let record = try JSONDecoder().decode(Record.self, from: Data(line.utf8))
      #expect(
        example.context == record.context && example.word == record.word, "\(record.text.debugDescription)")
    }
  }

  @Test func textsAreCutAtTheirLastSpaces() throws {
    let lines = [
      #"{"text": "In my palm is a clear stone"}"#, #"{"domain": ["x"], "text": "a   b", "n": 1}"#,
      #"  { "text" : " two  spaces  before" }"# + "\r", #"{"text":"tabs\tand\nlines are no spaces"}"#,
      #"{"text":"\u00e9t\u00e9 \"na\u00efve\""}"#, #"{"text":"a \ud83d\ude00"}"#, #"{"text":"x \u0301y"}"#,
      #"{"text":"one\nline two\nthree"}"#,
    ]
    let expected = [
      example("In my palm is a clear", " stone"), example("a", "   b"), example(" two  spaces", "  before"),
      example("tabs\tand\nlines are no", " spaces"), example("été", " \"naïve\""), example("a", " 😀"),
      example("x", " \u{301}y"), example("one\nline", " two\nthree"),
    ]
    for ending in ["", "\n"] {
      let examples = try read(lines.joined(separator: "\n") + ending)
      #expect(examples == expected)
    }
  }

  /// The tokens of a word with its space, not of the word alone, and as the whole text has them.
  @Test func tokensAreThoseOfTheWholeText() throws {
    let tokenizer = try Tokenizer(contentsOf: TestFiles.fixture("tokenizer/small.bin"))
    for text in [
      "that was the", "he said, \"so it is\"", "a 12 34", "to be or not to be", "so\n it's",
      "two  spaces", "a line\n ends", "many\t \n  spaces", "as\u{A0} it",
    ] {
      let bytes = Array(try JSONEncoder().encode(["text": text]))
      let path = try directory.write(bytes, to: "one.jsonl")
      let file = try LastWordFile(contentsOf: path, tokenizer: tokenizer, longest: 9)
      let example = try #require(file.examples.first)
      #expect(file.path == path)
      #expect(example.context + example.word == (try tokenizer.encode(text).map(Int32.init)))
    }
  }

  /// A good line, then the bad one.
  @Test(arguments: [
    ("not JSON", #"JSON: {"text": "…"}"#), (#"{"text": "a b""#, #"JSON: {"text": "…"}"#),
    (#"{"text": "a b"} x"#, #"JSON: {"text": "…"}"#), ("", #"JSON: {"text": "…"}"#),
    (#"{"text": "a \ud80x b"}"#, #"JSON: {"text": "…"}"#),
    (#"{"Text": "a b"}"#, #"a JSON object with a "text""#), ("{}", #"a JSON object with a "text""#),
    (#"{"text": null}"#, #"a JSON object with a "text""#),
    (#"{"text": 7}"#, #"a JSON object whose "text" is a string"#),
    (#"["a b"]"#, #"a JSON object whose "text" is a string"#),
    (#""a b""#, #"a JSON object whose "text" is a string"#),
  ])
  func linesThatHoldNoText(line: String, expected: String) throws {
    for ending in ["\n", "\n{\"text\": \"never read\"}"] {
      expectFileError(directory.file("words.jsonl")) {
        _ = try read(#"{"text": "good line"}"# + "\n" + line + ending)
      }.map { #expect($0 == .unparsableText(line: 2, found: line, expected: expected)) }
    }
  }

  @Test(arguments: ["", "word", " word", "   ", "two\\twords"])
  func textsOfOneWord(text: String) throws {
    let cause = expectFileError(directory.file("words.jsonl")) { _ = try read(#"{"text": "\#(text)"}"#) }
    let found = text.replacing("\\t", with: "\t")
    #expect(cause == .unparsableText(line: 1, found: found, expected: "a text of more than one word"))
  }

  @Test(arguments: ["two words ", "two words  ", "two words\\n", "two words\\u00a0"])
  func textsThatDoNotEndInAWord(text: String) throws {
    let cause = expectFileError(directory.file("words.jsonl")) { _ = try read(#"{"text": "\#(text)"}"#) }
    guard
      case .unparsableText(1, _, "a text that ends in a word, not in white space") = cause
    else {
      Issue.record("found \(String(describing: cause))")
      return
    }
  }

  @Test(arguments: [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80]] as [[UInt8]])
  func bytesThatAreNotUTF8(bytes: [UInt8]) throws {
    // A few such bytes among many do not make a text unreadable by themselves.
    let good = String(repeating: #"{"text": "good line"}"# + "\n", count: 50)
    let line = Array((good + #"{"text": "bad l"#).utf8) + bytes
    let cause = expectFileError(directory.file("words.jsonl")) {
      _ = try read(line + Array(#"ine"}"#.utf8))
    }
    guard case .unparsableText(51, _, "UTF-8") = cause else {
      Issue.record("found \(String(describing: cause))")
      return
    }
  }

  @Test func aWordLongerThanTheModel() throws {
    #expect(try read(#"{"text": "a 1234"}"#, longest: 5).count == 1)
    let cause = expectFileError(directory.file("words.jsonl")) {
      _ = try read(#"{"text": "a 12345"}"#, longest: 5)
    }
    let expected = "a last word of at most the model's 5 tokens"
    #expect(cause == .unparsableText(line: 1, found: " 12345", expected: expected))
  }

  @Test func filesWithoutLines() throws {
    guard
      case .mismatch(found: "an empty file", _, _) = expectFileError(
        directory.file("words.jsonl"),
        {
          _ = try read("")
        })
    else {
      Issue.record("accepted an empty file")
      return
    }
    let absent = directory.file("absent")
    #expect(
      expectFileError(absent) {
        _ = try LastWordFile(contentsOf: absent, tokenizer: .byteLevel, longest: 5)
      } == .notFound)
  }
}
