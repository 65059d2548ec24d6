import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

@testable import GPT2Tokens

/// The two files that a corpus is written to.
struct CorpusFileTests {
  private let directory: TemporaryDirectory
  private var prefix: String { directory.file("out") }

  init() throws { directory = try TemporaryDirectory() }

  private func corpus(_ text: String) throws -> Corpus {
    try Corpus([.file(directory.write(Array(text.utf8), to: "text"))], tokenizer: .byteLevel)
  }

  /// The byte-level tokens of a text, with "|" for end-of-text.
  private func tokens(_ text: String) -> [Int32] {
    text.utf8.map { $0 == UInt8(ascii: "|") ? 256 : Int32($0) }
  }

  private func tokens(ofFile name: String) throws -> [Int32] {
    let file = try TokenFile(contentsOf: directory.file(name))
    return file.load(0..<file.count)
  }

  @Test func theFirstTokensAreForValidation() throws {
    let corpus = try corpus("hello, world of tokens")
    let summary = try corpus.write(to: prefix, layout: .split(validationCount: 6), replacing: false)
    #expect(summary?.files.files.map(\.path) == [prefix + "_val.bin", prefix + "_train.bin"])
    #expect(summary?.files.files.map(\.tokens) == [6, 17])
    #expect(summary?.progress.tokens == 23)
    #expect(summary?.progress.bytes == 22)
    #expect(summary?.progress.documents == 1)
    #expect(summary?.progress.files == 1)
    #expect(try directory.names() == ["out_train.bin", "out_val.bin", "text"])
    #expect(try tokens(ofFile: "out_val.bin") == tokens("|hello"))
    #expect(try tokens(ofFile: "out_train.bin") == tokens(", world of tokens"))
    let byDefault = try corpus.write(to: prefix, replacing: true)
    #expect(byDefault?.files.files.map(\.tokens) == [2, 21])
  }

  @Test func withoutValidationThereIsOneFile() throws {
    let summary = try corpus("abc").write(to: prefix, layout: .split(validationCount: 0), replacing: false)
    #expect(summary?.files.files.map(\.tokens) == [4])
    #expect(try tokens(ofFile: "out_train.bin") == tokens("|abc"))
    #expect(try directory.names() == ["out_train.bin", "text"])
  }

  /// Around the 327,680 tokens of which a tenth is llm.c's 32,768: until then the tokens are held.
  @Test(arguments: [9, 29, 30, 262_143, 262_144, 327_678, 327_679, 327_680, 700_000])
  func theDefaultFollowsFromTheNumberOfAllTokens(bytes: Int) throws {
    let text = (0..<bytes).map { UInt8(ascii: " ") + UInt8($0 % 89) }
    let corpus = try Corpus([.file(directory.write(text, to: "text"))], tokenizer: .byteLevel)
    let summary = try corpus.write(to: prefix, replacing: false)
    let split = max(2, min(32_768, (bytes + 1) / 10))
    #expect(summary?.files.files.map(\.tokens) == [split, bytes + 1 - split])
    let written = try tokens(ofFile: "out_val.bin") + tokens(ofFile: "out_train.bin")
    let isSame = written == [256] + text.map(Int32.init)
    #expect(isSame)
  }

  @Test(arguments: [-1, 1, 9, 10, 11, Int.max])
  func impossibleSplits(validationCount: Int) throws {
    let corpus = try corpus("123456789")
    let error = #expect(throws: FileError.self) {
      try corpus.write(to: prefix, layout: .split(validationCount: validationCount), replacing: false)
    }
    #expect(error?.path == directory.file("text"))
    #expect(error?.description.contains("10 tokens, of which \(validationCount) for validation") == true)
    #expect(try directory.names() == ["text"])
  }

  /// What the program chose by itself is nothing to blame.
  @Test(arguments: ["a", "ab"])
  func tooLittleText(text: String) throws {
    let corpus = try corpus(text)
    for validationCount in [nil, 2] {
      let found = expectFileError(directory.file("text")) {
        _ = try corpus.write(to: prefix, layout: .split(validationCount: validationCount), replacing: false)
      }
      #expect(
        found
          == .mismatch(
            found: "\(text.count + 1) tokens",
            expected: "at least 2 tokens for validation and 2 for training", advice: "give more text"))
    }
    #expect(try directory.names() == ["text"])
  }

  @Test func threeCharactersAreEnough() throws {
    let summary = try corpus("abc").write(to: prefix, replacing: false)
    #expect(summary?.files.files.map(\.tokens) == [2, 2])
  }

  /// Each text begins with end-of-text, so even empty ones have tokens.
  @Test(arguments: [1, 2, 5])
  func emptyTexts(count: Int) throws {
    let text = try directory.write([], to: "text")
    let corpus = try Corpus(Array(repeating: .file(text), count: count), tokenizer: .byteLevel)
    let error = #expect(throws: FileError.self) { try corpus.write(to: prefix, replacing: false) }
    #expect(error?.path == text)
    #expect(error?.description.contains("the text is empty") == true)
    #expect(try directory.names() == ["text"])
  }

  @Test func outputsCanBeCheckedBeforeTheWork() throws {
    let layout = TokenLayout.split(validationCount: nil)
    try layout.checkOutputs(prefix: prefix, replacing: false)
    for name in ["out_train.bin", "out_val.bin"] {
      let path = try directory.write([], to: name)
      #expect(throws: FileError(path, .alreadyExists)) {
        try layout.checkOutputs(prefix: prefix, replacing: false)
      }
      try layout.checkOutputs(prefix: prefix, replacing: true)
    }
    // Without validation nothing will be written there.
    try FileManager.default.removeItem(atPath: prefix + "_train.bin")
    try TokenLayout.split(validationCount: 0).checkOutputs(prefix: prefix, replacing: false)
  }

  /// The second output stands in the way, so the first is not written either.
  @Test func writesBothOrNeither() throws {
    let training = try directory.write([], to: "out_train.bin")
    let corpus = try corpus("hello")
    #expect(throws: FileError(training, .alreadyExists)) {
      try corpus.write(to: prefix, layout: .split(validationCount: 2), replacing: false)
    }
    #expect(try directory.names() == ["out_train.bin", "text"])
  }

  @Test func progressIsShownAndAnInterruptionLeavesNothing() throws {
    let text = String(repeating: "to be or not to be ", count: 100)
    let corpus = try Corpus(
      [.file(directory.write(Array(text.utf8), to: "text"))], documents: .blankLine, tokenizer: .byteLevel,
      blockSize: 100)
    var seen: [CorpusProgress] = []
    var names: Set<String> = []
    let summary = try corpus.write(
      to: prefix, replacing: false, isInterrupted: { seen.count == 3 },
      observing: {
        seen.append($0)
        names.formUnion((try? directory.names()) ?? [])
      })
    #expect(summary == nil)
    #expect(seen.count == 3)
    #expect(seen.map(\.bytes) == seen.map { $0.tokens - 1 })
    #expect(seen.map(\.bytes).sorted() == seen.map(\.bytes))
    #expect(!names.contains("out_train.bin") && names.count == 3, "partial files only")
    #expect(try directory.names() == ["text"])

    var last = CorpusProgress()
    let whole = try corpus.write(to: prefix, replacing: false, threads: 2, observing: { last = $0 })
    #expect(whole?.progress == last)
    #expect(last.bytes == text.utf8.count)
    #expect(corpus.byteCount == text.utf8.count)
  }
}
