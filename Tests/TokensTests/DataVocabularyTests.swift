import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

@testable import GPT2Tokens

/// How many tokens the vocabulary of token files has: what they say, or their greatest token.
struct DataVocabularyTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// - Parameter vocabularySize: The word [3] of the header.
  private func write(_ tokens: [UInt16], _ name: String, vocabularySize: Int32 = 0) throws -> String {
    var bytes = Fixtures.tokenFile(tokens)
    bytes.set(3, to: vocabularySize)
    return try directory.write(bytes, to: name)
  }

  private func size(_ patterns: String...) throws(FileError) -> DataVocabulary {
    try DataVocabulary(ofFilesMatching: patterns.map(directory.file))
  }

  @Test(arguments: [1, 257, 50_304, 65_536] as [Int32])
  func whatAFileSaysIsTaken(vocabularySize: Int32) throws {
    let path = try write([0, 0], "a.bin", vocabularySize: vocabularySize)
    #expect(try TokenFile(contentsOf: path).vocabularySize == Int(vocabularySize))
    let found = try size("a.bin")
    #expect(found.size == Int(vocabularySize) && found.isStated)
  }

  @Test(arguments: [-1, 65_537, Int32.max] as [Int32])
  func sizesThatNoVocabularyHas(vocabularySize: Int32) throws {
    let path = try write([0, 0], "a.bin", vocabularySize: vocabularySize)
    let found = expectFileError(path) { _ = try TokenFile(contentsOf: path) }
    #expect(
      found
        == .invalidField(
          name: "vocabulary size", found: Int(vocabularySize), expected: "a value from 0 to 65536"))
  }

  @Test(arguments: [([0, 64, 3], 65), ([256, 97], 257), ([0], 1), ([32_767], 32_768)] as [([UInt16], Int)])
  func theGreatestTokenDecides(tokens: [UInt16], expected: Int) throws {
    _ = try write(tokens, "a.bin")
    _ = try write([0], "b.bin")
    for patterns in [["a.bin"], ["b.bin", "a.bin"], ["*.bin"], ["a.bin", "b.bin"]] {
      let found = try DataVocabulary(ofFilesMatching: patterns.map(directory.file))
      #expect(found.size == expected && !found.isStated && !found.isGPT2)
    }
  }

  /// Not every text of GPT-2's tokens has its last.
  @Test(arguments: [32_768, 50_255, 50_256] as [UInt16])
  func tokensThatOnlyGPT2Has(token: UInt16) throws {
    _ = try write([1, token, 2], "a.bin")
    #expect(try size("a.bin").isGPT2)
  }

  @Test func filesThatSayDifferentThings() throws {
    let first = try write([1], "a.bin", vocabularySize: 257)
    let second = try write([1], "b.bin", vocabularySize: 300)
    let found = expectFileError(second) { _ = try size("a.bin", "b.bin") }
    #expect(
      found
        == .mismatch(
          found: "tokens of a vocabulary of 300", expected: "257, as in \(first)",
          advice: "make all token files with the same tokenizer"))
    #expect(expectFileError(directory.file("c*")) { _ = try size("c*") } == .noMatch)
  }

  /// llm.c reads magic, version and count, and finds its tokens where they were. A file of GPT-2's is its own.
  @Test func filesKeepTheirVocabulary() throws {
    let path = directory.file("out.bin")
    for (size, word) in [(257, 257), (50_257, 0), (nil, 0), (65_536, 65_536)] as [(Int?, Int)] {
      try TokenFile.write([7, 8], to: path, vocabularySize: size, replacing: true)
      var expected = Fixtures.tokenFile([7, 8])
      expected.set(3, to: Int32(word))
      #expect(try Data(contentsOf: URL(filePath: path)) == Data(expected))
      #expect(try TokenFile(contentsOf: path).vocabularySize == (word == 0 ? nil : word))
    }
    let text = try directory.write(Array("some text".utf8), to: "text")
    let corpus = try Corpus([.file(text)], tokenizer: .byteLevel)
    for layout in [TokenLayout.split(validationCount: 4), .shards(tokens: 5)] {
      let summary = try corpus.write(to: directory.file("web"), layout: layout, replacing: true)
      for file in try #require(summary).files.files {
        #expect(try TokenFile(contentsOf: file.path).vocabularySize == 257)
      }
    }
    let old = try directory.write(Fixtures.littleEndian([1, 2, 3, 4] as [UInt16]), to: "old")
    for size in [nil, 99] {
      _ = try HeaderlessCorpus([.file(old)], kind: .uint16, vocabularySize: size).write(
        to: directory.file("new"), layout: .split(validationCount: 0), replacing: true)
      #expect(try TokenFile(contentsOf: directory.file("new_train.bin")).vocabularySize == size)
    }
  }
}
