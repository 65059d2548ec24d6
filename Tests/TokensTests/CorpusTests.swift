import BinaryFiles
import Foundation
import TestSupport
import Testing
import Tokens

struct CorpusTests {
  private let endOfText: UInt16 = 256

  /// The byte-level tokens of a text, with "|" for end-of-text.
  private func tokens(_ text: String) -> [UInt16] {
    text.utf8.map { $0 == UInt8(ascii: "|") ? endOfText : UInt16($0) }
  }

  /// Python: each section of text.split("\n\n") after "|", and "\n\n" after each but the last.
  @Test(arguments: [
    ("", "|"), ("a", "|a"), ("a\n", "|a\n"), ("a\n\nb", "|a\n\n|b"), ("a\n\n", "|a\n\n|"),
    ("\n\n", "|\n\n|"), ("\n", "|\n"), ("a\n\n\nb", "|a\n\n|\nb"), ("a\n\n\n\nb", "|a\n\n|\n\n|b"),
    ("\n\n\n", "|\n\n|\n"), ("a\r\n\r\nb", "|a\r\n\r\nb"), ("a\n \nb", "|a\n \nb"),
  ])
  func splitsOnBlankLines(text: String, expected: String) throws {
    let corpus = try Corpus(Array(text.utf8), tokenizer: .byteLevel)
    #expect(corpus.tokens == tokens(expected))
  }

  @Test func joinsFilesInTheOrderGiven() throws {
    let directory = try TemporaryDirectory()
    let second = try directory.write(Array("b\n\nc".utf8), to: "1")
    let first = try directory.write(Array("a\n\n".utf8), to: "2")
    let empty = try directory.write([], to: "3")
    let corpus = try Corpus(contentsOf: [first, second, empty], tokenizer: .byteLevel)
    #expect(corpus.tokens == tokens("|a\n\n||b\n\n|c|"))
    #expect(throws: FileError(directory.file("4"), .notFound)) {
      try Corpus(contentsOf: [first, directory.file("4")], tokenizer: .byteLevel)
    }
  }

  @Test(arguments: [
    (0, 2), (4, 2), (29, 2), (30, 3), (327_679, 32_767), (327_680, 32_768), (338_028, 32_768),
  ])
  func defaultValidationIsATenthButAtLeastTwo(count: Int, expected: Int) {
    #expect(Corpus.defaultValidationCount(of: count) == expected)
  }

  @Test func writesTheFirstTokensForValidation() throws {
    let directory = try TemporaryDirectory()
    let corpus = try Corpus(Array("hello, world of tokens".utf8), tokenizer: .byteLevel)
    let counts = try corpus.write(prefix: directory.file("out"), validationCount: 6, replacing: false)
    #expect(counts == (6, 17))
    #expect(try directory.names() == ["out_train.bin", "out_val.bin"])
    let validation = try TokenFile(contentsOf: directory.file("out_val.bin"))
    #expect(validation.load(0..<6) == tokens("|hello").map(Int32.init))
    let training = try TokenFile(contentsOf: directory.file("out_train.bin"))
    #expect(training.load(0..<17) == tokens(", world of tokens").map(Int32.init))
    let byDefault = try corpus.write(prefix: directory.file("out"), replacing: true)
    #expect(byDefault == (2, 21))
  }

  @Test(arguments: [-1, 0, 1, 9, 10, 11, Int.max])
  func impossibleSplits(validationCount: Int) throws {
    let directory = try TemporaryDirectory()
    let text = try directory.write(Array("123456789".utf8), to: "text")
    let corpus = try Corpus(contentsOf: [text], tokenizer: .byteLevel)
    let error = #expect(throws: FileError.self) {
      try corpus.write(prefix: directory.file("out"), validationCount: validationCount, replacing: false)
    }
    #expect(error?.path == text)
    #expect(error?.description.contains("10 tokens, of which \(validationCount) for validation") == true)
    #expect(try directory.names() == ["text"])
  }

  /// What the program chose by itself is nothing to blame.
  @Test(arguments: ["a", "ab"])
  func tooLittleText(text: String) throws {
    let directory = try TemporaryDirectory()
    let corpus = try Corpus(Array(text.utf8), tokenizer: .byteLevel)
    for validationCount in [nil, 2] {
      let found = expectFileError("the text") {
        try corpus.write(
          prefix: directory.file("out"), validationCount: validationCount, replacing: false)
      }
      #expect(
        found
          == .mismatch(
            found: "\(corpus.tokens.count) tokens",
            expected: "at least 2 tokens for validation and 2 for training", advice: "give more text"))
    }
    #expect(try directory.names().isEmpty)
  }

  @Test func threeCharactersAreEnough() throws {
    let directory = try TemporaryDirectory()
    let corpus = try Corpus(Array("abc".utf8), tokenizer: .byteLevel)
    let counts = try corpus.write(prefix: directory.file("out"), replacing: false)
    #expect(counts == (2, 2))
  }

  /// Each text begins with end-of-text, so even empty ones have tokens.
  @Test(arguments: [1, 2, 5])
  func emptyTexts(count: Int) throws {
    let directory = try TemporaryDirectory()
    let text = try directory.write([], to: "text")
    let corpus = try Corpus(
      contentsOf: Array(repeating: text, count: count), tokenizer: .byteLevel)
    let error = #expect(throws: FileError.self) {
      try corpus.write(prefix: directory.file("out"), replacing: false)
    }
    #expect(error?.path == text)
    #expect(error?.description.contains("the text is empty") == true)
    #expect(try directory.names() == ["text"])
  }

  @Test func outputsCanBeCheckedBeforeTheWork() throws {
    let directory = try TemporaryDirectory()
    try Corpus.checkOutputs(prefix: directory.file("out"), replacing: false)
    for name in ["out_train.bin", "out_val.bin"] {
      let path = try directory.write([], to: name)
      #expect(throws: FileError(path, .alreadyExists)) {
        try Corpus.checkOutputs(prefix: directory.file("out"), replacing: false)
      }
      try Corpus.checkOutputs(prefix: directory.file("out"), replacing: true)
    }
  }

  /// The second output stands in the way, so the first is not written either.
  @Test func writesBothOrNeither() throws {
    let directory = try TemporaryDirectory()
    let training = try directory.write([], to: "out_train.bin")
    let corpus = try Corpus(Array("hello".utf8), tokenizer: .byteLevel)
    #expect(throws: FileError(training, .alreadyExists)) {
      try corpus.write(prefix: directory.file("out"), validationCount: 2, replacing: false)
    }
    #expect(try directory.names() == ["out_train.bin"])
  }

  #if os(Linux) && compiler(>=6.2)
    /// A disk that is full after the smaller file, played by a limit on the size of files; in a process of
    /// its own, since the limit holds for all of it.
    @Test func aFullDiskLeavesNoHalfPair() async {
      await #expect(processExitsWith: .success) {
        let directory = try TemporaryDirectory()
        let prefix = directory.file("out")
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit(rlim_cur: 10_000, rlim_max: 10_000)
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        let corpus = try Corpus([UInt8](repeating: 97, count: 9000), tokenizer: .byteLevel)

        let first = expectFileError(prefix + "_train.bin") {
          try corpus.write(prefix: prefix, replacing: false)
        }
        #expect(first == .system(operation: "writing it", code: EFBIG))
        #expect(try directory.names().isEmpty)

        let old = [prefix + "_train.bin", prefix + "_val.bin"]
        for path in old { try Data([7]).write(to: URL(filePath: path)) }
        expectFileError(prefix + "_train.bin") { try corpus.write(prefix: prefix, replacing: true) }
        for path in old { #expect(try Data(contentsOf: URL(filePath: path)) == Data([7])) }
        #expect(try directory.names() == ["out_train.bin", "out_val.bin"])
      }
    }
  #endif

  /// The facts are of files written with tiktoken's tokens by the steps of llm.c's
  /// `dev/data/tinyshakespeare.py`; their sha256 begin with fe99db720dc7c83e and 8a70606be574040c.
  @Test(
    .enabled(
      if: Fixtures.gpt2Path != nil && TestFiles.data("tinyshakespeare.txt") != nil,
      "skipped: gpt2_tokenizer.bin or tinyshakespeare.txt not found"))
  func tinyShakespeareIsLlmCs() throws {
    let tokenizer = try Tokenizer(contentsOf: #require(Fixtures.gpt2Path))
    let text = try #require(TestFiles.data("tinyshakespeare.txt"))
    let directory = try TemporaryDirectory()
    let corpus = try Corpus(contentsOf: [text], tokenizer: tokenizer)
    let counts = try corpus.write(prefix: directory.file("tiny"), replacing: false)
    #expect(counts == (32_768, 305_260))
    for (name, size, hash) in [
      ("tiny_val.bin", 66_560, 0x7bed_326c_027b_9f7c as UInt64),
      ("tiny_train.bin", 611_544, 0x17f5_5cbd_2991_023c),
    ] {
      let bytes = try Data(contentsOf: URL(filePath: directory.file(name)))
      #expect(bytes.count == size)
      // FNV-1a, 64 bits: a hash that needs no library.
      let found = bytes.withUnsafeBytes { bytes in
        bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
      }
      #expect(found == hash)
    }
  }
}
