import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

@testable import GPT2Tokens

/// Token files without a header: recognised, and converted.
struct HeaderlessTokenTests {
  private let directory: TemporaryDirectory
  private var prefix: String { directory.file("new") }

  init() throws { directory = try TemporaryDirectory() }

  private func words(_ bytes: [UInt8]) throws -> String {
    let path = try directory.write(bytes, to: "old.bin")
    let cause = expectFileError(path) { _ = try TokenFile(contentsOf: path) }
    return cause.map { FileError(path, $0).description } ?? ""
  }

  /// Tokens as GPT-2's are spread: most of them small, some large.
  private func tokens(_ count: Int) -> [UInt16] {
    var random = SeededRandom(seed: 9)
    return (0..<count).map { _ in UInt16(random.next() % 50_257 >> (random.next() % 12)) }
  }

  private func corpus(
    _ bytes: [UInt8], _ kind: HeaderlessTokens, vocabularySize: Int? = nil
  ) throws -> HeaderlessCorpus {
    let path = try directory.write(bytes, to: "old.bin")
    return HeaderlessCorpus([.file(path)], kind: kind, vocabularySize: vocabularySize)
  }

  private func written(_ name: String) throws -> [Int32] {
    let file = try TokenFile(contentsOf: directory.file(name))
    return file.load(0..<file.count)
  }

  // MARK: - Recognition

  @Test(arguments: [4, 500, 511, 512, 513, 4096, 100_001])
  func bothKindsAreRecognised(count: Int) throws {
    let path = directory.file("old.bin")
    let tokens = tokens(count)
    #expect(
      try words(Fixtures.littleEndian(tokens)).contains(
        "what looks like nanoGPT's header-less uint16 tokens, expected a token file with llm.c's header; "
          + "convert it with: gpt2 tokenize --from-tokens uint16 \(path) --output PREFIX"))
    #expect(
      try words(Fixtures.littleEndian(tokens.map(Int32.init))).contains(
        "what looks like llm.c's old header-less int32 tokens, expected a token file with llm.c's header; "
          + "convert it with: gpt2 tokenize --from-tokens int32 \(path) --output PREFIX"))
  }

  /// nanoGPT's of single characters: all below 65.
  @Test func smallTokensAreRecognised() throws {
    #expect(try words(Fixtures.littleEndian((0..<999).map { UInt16($0 * 7 % 65) })).contains("uint16"))
  }

  @Test func otherKindsAreNot() throws {
    var tokens = tokens(100_000)
    tokens[99_999] = 50_257
    let outOfRange = Fixtures.littleEndian(tokens)
    let negative = Fixtures.littleEndian(tokens.dropLast().map(Int32.init) + [-1])
    var random = SeededRandom(seed: 3)
    let noise = (0..<5000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let odd = Fixtures.littleEndian(tokens.dropLast()) + [1]
    let zeros = [UInt8](repeating: 0, count: 5000)
    for bytes in [outOfRange, negative, noise, odd, zeros] {
      #expect(try words(bytes).contains("found magic number"))
    }
    #expect(try words([1, 0, 2, 0]).contains("found 4 bytes, expected a header"))
    // Another of llm.c's kinds, whose first bytes are plausible tokens otherwise.
    let checkpoint = Fixtures.littleEndian([20_240_326] + [Int32](repeating: 3, count: 500))
    #expect(try words(checkpoint).contains("found a model checkpoint of llm.c's kind"))
    // A token file cut short stays what it is.
    #expect(try words(Array(Fixtures.tokenFile([1]).prefix(1000))).contains("found 1000 bytes"))
  }

  @Test func textIsRecognised() throws {
    for text in ["Once upon a time", String(repeating: "é世🙂\r\n\t", count: 999)] {
      #expect(try words(Array(text.utf8)).contains("found what looks like text"))
    }
    // Half a character at the end of what is looked at.
    #expect(try words([65] + Array(String(repeating: "é", count: 5000).utf8)).contains("looks like text"))
  }

  // MARK: - Conversion

  @Test(arguments: HeaderlessTokens.allCases)
  func conversionKeepsTheTokens(kind: HeaderlessTokens) throws {
    // Around the 2^20 bytes that are read at once.
    for count in [4, 262_145, 700_001] {
      let tokens = tokens(count)
      let bytes =
        kind == .uint16 ? Fixtures.littleEndian(tokens) : Fixtures.littleEndian(tokens.map(Int32.init))
      let summary = try corpus(bytes, kind, vocabularySize: 50_257).write(to: prefix, replacing: true)
      #expect(summary?.progress.tokens == count)
      #expect(summary?.progress.bytes == bytes.count)
      #expect(summary?.progress.files == 1)
      let isSame = try written("new_val.bin") + written("new_train.bin") == tokens.map(Int32.init)
      #expect(isSame)
      #expect(try written("new_val.bin").count == max(2, min(32_768, count / 10)))
      let one = try corpus(bytes, kind).write(
        to: directory.file("one"), layout: .split(validationCount: 0), replacing: true)
      #expect(one?.files.files.map(\.tokens) == [count])
    }
  }

  @Test func severalFilesAreJoined() throws {
    let first = try directory.write(Fixtures.littleEndian([1, 2] as [Int32]), to: "1")
    let second = try directory.write(Fixtures.littleEndian([65_535, 3] as [Int32]), to: "2")
    let corpus = HeaderlessCorpus([.file(second), .file(first)], kind: .int32)
    #expect(corpus.byteCount == 16)
    _ = try corpus.write(to: prefix, layout: .shards(tokens: 3), replacing: false)
    #expect(try written("new_val_000000.bin") == [65_535, 3, 1])
    #expect(try written("new_train_000001.bin") == [2])
  }

  @Test func sizesThatAreNoWholeTokens() throws {
    for (kind, count) in [(HeaderlessTokens.uint16, 9), (.int32, 9), (.int32, 10), (.int32, 1_048_579)] {
      let bytes = (0..<count).map { UInt8($0 % 4 == 0 ? 5 : 0) }
      let found = expectFileError(directory.file("old.bin")) {
        _ = try corpus(bytes, kind).write(to: prefix, replacing: false)
      }
      guard case .mismatch("\(count) bytes", "a multiple of the \(kind.bytesPerToken) of a token", _) = found
      else {
        Issue.record("found \(String(describing: found))")
        continue
      }
    }
    #expect(try directory.names() == ["old.bin"])
  }

  /// The position is that in the file, beyond what is read at once.
  @Test(arguments: [-1, Int32.min, 65_536, Int32.max])
  func tokensThatFitNoTokenFile(token: Int32) throws {
    for position in [0, 300_000] {
      let tokens = [Int32](repeating: 7, count: position) + [token, 7, 7]
      let found = expectFileError(directory.file("old.bin")) {
        _ = try corpus(Fixtures.littleEndian(tokens), .int32).write(to: prefix, replacing: false)
      }
      guard case .mismatch("token \(token) at position \(position)", "tokens from 0 to 65535", _) = found
      else {
        Issue.record("found \(String(describing: found))")
        continue
      }
    }
    #expect(try directory.names() == ["old.bin"])
  }

  @Test func tokensOutsideTheVocabulary() throws {
    let tokens: [UInt16] = [0, 256, 257, 258]
    let cause = FileError.Cause.tokenOutOfRange(token: 257, position: 2, vocabularySize: 257)
    for (kind, bytes) in [
      (HeaderlessTokens.uint16, Fixtures.littleEndian(tokens)),
      (.int32, Fixtures.littleEndian(tokens.map(Int32.init))),
    ] {
      let found = expectFileError(directory.file("old.bin")) {
        _ = try corpus(bytes, kind, vocabularySize: 257).write(to: prefix, replacing: true)
      }
      #expect(found == cause)
      _ = try corpus(bytes, kind, vocabularySize: 259).write(to: prefix, replacing: true)
    }
  }

  @Test func aFileWithAHeaderIsNotConverted() throws {
    for kind in HeaderlessTokens.allCases {
      let found = expectFileError(directory.file("old.bin")) {
        _ = try corpus(Fixtures.tokenFile([1, 2, 3, 4]), kind).write(to: prefix, replacing: false)
      }
      guard case .mismatch("llm.c's header", _, _) = found else {
        Issue.record("found \(String(describing: found))")
        continue
      }
    }
  }

  @Test func tooFewTokens() throws {
    for count in 0...3 {
      let found = expectFileError(directory.file("old.bin")) {
        _ = try corpus(Fixtures.littleEndian(tokens(count)), .uint16).write(to: prefix, replacing: false)
      }
      guard case .mismatch("\(count) tokens", _, _) = found else {
        Issue.record("found \(String(describing: found))")
        continue
      }
    }
    #expect(try directory.names() == ["old.bin"])
  }

  @Test func anInterruptionLeavesNothing() throws {
    let bytes = Fixtures.littleEndian(tokens(600_000))
    var blocks = 0
    let summary = try corpus(bytes, .uint16).write(
      to: prefix, replacing: false, isInterrupted: { blocks == 1 }, observing: { _ in blocks += 1 })
    #expect(summary == nil)
    #expect(try directory.names() == ["old.bin"])
  }
}
