import Foundation
import GPT2BinaryFiles
import GPT2ModelFiles
import TestSupport
import Testing

@testable import GPT2Tokens

/// Tokenizers that are trained, held against Hugging Face's tokenizers: see dev/tokenizer/make_training_fixture.py.
struct TokenizerTrainingTests {
  private struct Record: Decodable {
    let name: String
    let minimum_frequency: Int
    let text: String
    /// "left right", as merges.txt spells them.
    let merges: [String]
    /// How many the text has in the end.
    let tokens: Int
  }

  private let directory: TemporaryDirectory
  private let records: [Record]

  init() throws {
    directory = try TemporaryDirectory()
    let data = try Data(contentsOf: URL(filePath: TestFiles.fixture("tokenizer/training.json")))
    records = try JSONDecoder().decode([Record].self, from: data)
    #expect(records.count == 22)
  }

  private func count(
    _ texts: [String], documents: DocumentSeparation = .file, blockSize: Int = 1 << 18, threads: Int = 1
  ) throws -> CountedPieces {
    let inputs = try texts.enumerated().map { index, text in
      TextInput.file(try directory.write(Array(text.utf8), to: "\(index).txt"))
    }
    let counter = PieceCounter(inputs, documents: documents, reading: .raw, blockSize: blockSize)
    return try #require(try counter.count(threads: threads))
  }

  private func train(
    _ pieces: CountedPieces, merges: Int, minimum: Int = 1, special: [String] = []
  ) throws -> TrainedTokenizer {
    let settings = try TokenizerSettings(
      vocabularySize: 257 + special.count + merges, minimumFrequency: minimum, specialTokens: special)
    return try #require(try TokenizerTrainer(settings).train(on: pieces, path: "made"))
  }

  private func spelt(_ trained: TrainedTokenizer) -> [String] {
    let tokenizer = trained.tokenizer
    return trained.merges.map { merge in
      "\(ByteSpelling.text(of: tokenizer.bytes(of: merge.left))) \(ByteSpelling.text(of: tokenizer.bytes(of: merge.right)))"
    }
  }

  @Test func mergesAreThoseOfTokenizers() throws {
    for record in records {
      let pieces = try count([record.text])
      let trained = try train(pieces, merges: record.merges.count, minimum: record.minimum_frequency)
      #expect(spelt(trained) == record.merges, "\(record.name), at least \(record.minimum_frequency)")
      #expect(trained.tokens == record.tokens, "\(record.name)")
      // What it makes of the text, by the encoder, which knows nothing of the merges' order but the ids.
      let ids = try trained.tokenizer.encode(record.text)
      #expect(ids.count == record.tokens, "\(record.name)")
      #expect(trained.tokenizer.decode(ids) == Array(record.text.utf8))
      #expect(zip(trained.merges, trained.merges.dropFirst()).allSatisfy { $0.count >= $1.count })
    }
  }

  /// The ids: bytes in GPT-2's order, merges, end-of-text.
  @Test func idsAreThoseOfGPT2sFiles() throws {
    let gpt2 = try Fixtures.smallTokenizer()
    let trained = try train(try count([records[0].text]), merges: 5).tokenizer
    #expect(trained.vocabularySize == 262 && trained.endOfText == 261)
    for id in 0..<256 { #expect(trained.bytes(of: id) == gpt2.bytes(of: id)) }
    #expect(Array(trained.bytes(of: 261)) == Array("<|endoftext|>".utf8))
    #expect(
      try trained.merges().map { [$0.left, $0.right] }
        == train(try count([records[0].text]), merges: 5)
        .merges.map { [$0.left, $0.right] })
  }

  @Test func theSameForAnyNumberOfThreadsAndAnyOrder() throws {
    let sample = try #require(records.last { $0.minimum_frequency == 2 })
    #expect(sample.name == "sample")
    let texts = [sample.text] + records.prefix(6).map(\.text)
    let expected = try train(try count(texts), merges: 300, minimum: 2)
    for threads in [1, 2, 5] {
      let found = try train(
        try count(texts.reversed(), blockSize: 100, threads: threads), merges: 300, minimum: 2)
      #expect(found.merges == expected.merges && found.tokens == expected.tokens)
    }
  }

  /// No piece reaches from one document into the next.
  @Test func documentsAreApart() throws {
    let lines = "ab\nab\n\n\n\nab"
    #expect(try count([lines], documents: .line).count == 1)
    // "ab", and line ends by the whole text's rule: one before a word, the others before it.
    #expect(try count([lines], documents: .file).count == 3)
    #expect(try count([lines], documents: .blankLine).count == 3)
    let json = #"{"text": "ab ab"}"# + "\n" + #"{"text": "ab"}"#
    let pieces = try count([json], documents: .jsonLines(field: "text"))
    #expect(pieces.count == 2 && pieces.progress.documents == 2)
  }

  @Test func bytesThatAreNoCharactersAreMerged() throws {
    let path = try directory.write([0xFF, 0xFE, 0x20, 0xFF, 0xFE, 0x80], to: "bytes")
    let counter = PieceCounter([.file(path)], documents: .file, reading: .raw)
    let trained = try train(try #require(try counter.count()), merges: 1, minimum: 2)
    #expect(Array(trained.tokenizer.bytes(of: 256)) == [0xFF, 0xFE] && trained.merges[0].count == 2)
  }

  /// Longer ones have no room in llm.c's file.
  @Test func noTokenIsLongerThan255Bytes() throws {
    let pieces = try count([String(repeating: "a", count: 2000)])
    let trained = try train(pieces, merges: 7)
    #expect(Array(trained.tokenizer.bytes(of: 262)).count == 128)
    // 64 and 16 are left at the end; two of 128 would be too long.
    let most = try train(pieces, merges: 9)
    #expect((263...264).map { most.tokenizer.bytes(of: $0).count } == [80, 208])
    #expect(throws: FileError.self) { try train(pieces, merges: 10) }
  }

  @Test func noMergeSpellsASpecialToken() throws {
    let pieces = try count(["user user user users"])
    let plain = try train(pieces, merges: 4)
    #expect(try plain.tokenizer.encode("user").count == 1)
    let marked = try train(pieces, merges: 4, special: ["user", "<|a|>"])
    #expect(try marked.tokenizer.encode("user").count > 1)
    #expect(try marked.tokenizer.encode("user<|a|>", parsingSpecialTokens: true) == [260, 261])
    #expect(marked.tokenizer.endOfText == 262)
  }

  @Test func tooFewMergesAreAnError() throws {
    let pieces = try count(["aaaaaaaaa"])
    let error = #expect(throws: FileError.self) { try train(pieces, merges: 10) }
    #expect("\(try #require(error))".contains("no more than 4 merges"))
    #expect("\(try #require(error))".contains("ask for 261 tokens at most"))
    let rare = #expect(throws: FileError.self) { try train(pieces, merges: 10, minimum: 3) }
    #expect("\(try #require(rare))".contains("of pairs that occur 3 times or more"))
    #expect(throws: FileError.self) { try count([""]) }
  }

  @Test func anInterruptionEndsIt() throws {
    let path = try directory.write(Array("to be or not to be".utf8), to: "text")
    let counter = PieceCounter([.file(path)], documents: .file, reading: .text)
    #expect(try counter.count(isInterrupted: { true }) == nil)
    let pieces = try #require(try counter.count())
    let trainer = TokenizerTrainer(try TokenizerSettings(vocabularySize: 259))
    #expect(try trainer.train(on: pieces, path: "made", isInterrupted: { true }) == nil)
  }

  @Test func settingsThatLeadNowhereAreErrors() {
    func error(_ size: Int, _ minimum: Int = 2, _ special: [String] = []) -> TokenizerSettingsError? {
      #expect(throws: TokenizerSettingsError.self) {
        try TokenizerSettings(vocabularySize: size, minimumFrequency: minimum, specialTokens: special)
      }
    }
    #expect(error(256) == .vocabularySize(found: 256, least: 257, most: 65_536))
    #expect(error(65_537) == .vocabularySize(found: 65_537, least: 257, most: 65_536))
    #expect(error(257, 2, ["<a>"]) == .vocabularySize(found: 257, least: 258, most: 65_536))
    #expect(error(300, 0) == .minimumFrequency(found: 0))
    #expect(error(300, 2, ["a"]) == .lengthOfSpecialToken("a", found: 1))
    #expect(error(300, 2, ["<a>", "<a>"]) == .repeatedSpecialToken("<a>"))
    #expect(error(300, 2, ["<|endoftext|>"]) == .repeatedSpecialToken("<|endoftext|>"))
  }
}
