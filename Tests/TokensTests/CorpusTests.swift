import GPT2BinaryFiles
import Foundation
import GPT2ModelFiles
import TestSupport
import Testing

@testable import GPT2Tokens

struct CorpusTests {
  private let endOfText: UInt16 = 256

  /// The byte-level tokens of a text, with "|" for end-of-text.
  private func tokens(_ text: String) -> [UInt16] {
    text.utf8.map { $0 == UInt8(ascii: "|") ? endOfText : UInt16($0) }
  }

  /// Python: each section of text.split("\n\n") after "|", and "\n\n" after each but the last; line ends as its text
  /// mode has them.
  @Test(arguments: [
    ("", "|"), ("a", "|a"), ("a\n", "|a\n"), ("a\n\nb", "|a\n\n|b"), ("a\n\n", "|a\n\n|"),
    ("\n\n", "|\n\n|"), ("\n", "|\n"), ("a\n\n\nb", "|a\n\n|\nb"), ("a\n\n\n\nb", "|a\n\n|\n\n|b"),
    ("\n\n\n", "|\n\n|\n"), ("a\r\n\r\nb", "|a\n\n|b"), ("a\n \nb", "|a\n \nb"),
    ("a\r\rb\n\rc\r\n\nd", "|a\n\n|b\n\n|c\n\n|d"), ("\r\n\r\n", "|\n\n|"),
  ])
  func splitsOnBlankLines(text: String, expected: String) throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(Array(text.utf8), to: "text")
    for blockSize in [1, 2, 3, 1000] {
      let found = try Stream(paths: [path], blockSize: blockSize)
      #expect(found.tokens == tokens(expected))
      #expect(found.documents == expected.count { $0 == "|" })
    }
  }

  @Test func joinsFilesInTheOrderGiven() throws {
    let directory = try TemporaryDirectory()
    let second = try directory.write(Array("b\n\nc".utf8), to: "1")
    let first = try directory.write(Array("a\n\n".utf8), to: "2")
    let empty = try directory.write([], to: "3")
    let found = try Stream(paths: [first, second, empty])
    #expect(found.tokens == tokens("|a\n\n||b\n\n|c|"))
    #expect(found.files == 3)
    #expect(throws: FileError(directory.file("4"), .notFound)) {
      try Stream(paths: [first, directory.file("4")])
    }
    #expect(throws: FileError(directory.path, .isDirectory)) { try Stream(paths: [directory.path]) }
  }

  @Test(arguments: [
    (0, 2), (4, 2), (29, 2), (30, 3), (327_679, 32_767), (327_680, 32_768), (338_028, 32_768),
  ])
  func defaultValidationIsATenthButAtLeastTwo(count: Int, expected: Int) {
    #expect(TokenLayout.defaultValidationCount(of: count) == expected)
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
        let text = try directory.write([UInt8](repeating: 97, count: 9000), to: "text")
        let corpus = try Corpus([.file(text)], tokenizer: .byteLevel)

        let first = expectFileError(prefix + "_train.bin") {
          _ = try corpus.write(to: prefix, replacing: false)
        }
        #expect(first == .system(operation: "writing it", code: EFBIG))
        #expect(try directory.names() == ["text"])

        let old = [prefix + "_train.bin", prefix + "_val.bin"]
        for path in old { try Data([7]).write(to: URL(filePath: path)) }
        expectFileError(prefix + "_train.bin") { _ = try corpus.write(to: prefix, replacing: true) }
        for path in old { #expect(try Data(contentsOf: URL(filePath: path)) == Data([7])) }
        #expect(try directory.names() == ["out_train.bin", "out_val.bin", "text"])
      }
    }
  #endif

  /// The facts are of files written with tiktoken's tokens by the steps of llm.c's
  /// `dev/data/tinyshakespeare.py`; their sha256 begin with fe99db720dc7c83e and 8a70606be574040c.
  @Test(
    .enabled(
      if: Fixtures.gpt2Path != nil && TestFiles.data("tinyshakespeare.txt") != nil,
      "skipped: gpt2_tokenizer.bin or tinyshakespeare.txt not found"), arguments: [1, 5])
  func tinyShakespeareIsLlmCs(threads: Int) throws {
    let tokenizer = try Tokenizer(contentsOf: #require(Fixtures.gpt2Path))
    let text = try #require(TestFiles.data("tinyshakespeare.txt"))
    let directory = try TemporaryDirectory()
    let corpus = try Corpus([.file(text)], tokenizer: tokenizer)
    let summary = try corpus.write(to: directory.file("tiny"), replacing: false, threads: threads)
    #expect(summary?.files.files.map(\.tokens) == [32_768, 305_260])
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
