import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing
import GPT2Tokens

@testable import GPT2Lessons

/// Texts as one number a character.
@Suite struct CharacterTextTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func idsAreTheOrderOfTheCharacters() throws {
    let text = try read("cab\nécab caaé\u{1F600}bb")
    #expect(text.characters == ["\n", " ", "a", "b", "c", "é", "\u{1F600}"])
    // Sixteen characters, of which fourteen are to learn from.
    #expect(text.training == [4, 2, 3, 0, 5, 4, 2, 3, 1, 4, 2, 2, 5, 6])
    #expect(text.validation == [3, 3])
    #expect(text.decode([5, 6, 0]) == "é\u{1F600}\n")
    #expect(text.start == 0)
  }

  /// A combining mark is a character of its own, as in Python.
  @Test func charactersAreScalars() throws {
    let text = try read("e\u{301}e\r\n")
    #expect(text.characters == ["\n", "\r", "e", "\u{301}"])
    #expect(text.training + text.validation == [2, 3, 2, 1, 0])
  }

  @Test(arguments: 0..<40)
  func decodingGivesTheTextBack(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let scalars = (0..<Int.random(in: 1...60, using: &random)).compactMap { _ in
      Unicode.Scalar(
        UInt32.random(in: 0...0x2FFF, using: &random) >> UInt32.random(in: 0...8, using: &random))
    }
    var whole = String.UnicodeScalarView()
    whole.append(contentsOf: scalars)
    let text = try read(String(whole))
    #expect(
      text.decode((text.training + text.validation).map(Int.init)).unicodeScalars.elementsEqual(scalars))
    // Python's int(n * 0.9), as nanoGPT cuts.
    #expect(text.training.count == Int(Double(scalars.count) * 0.9))
    #expect(Set(text.characters).count == text.characters.count)
  }

  @Test func filesThatAreNoTexts() throws {
    let path = directory.file("text.txt")
    #expect(found(path) == "no such file")
    _ = try directory.write([], to: "text.txt")
    #expect(found(path) == "an empty file")
    _ = try directory.write([0x61, 0xFF, 0x62], to: "text.txt")
    #expect(found(path) == "bytes that are no UTF-8")
    #expect(
      expectFileError(directory.path) { _ = try CharacterText(contentsOf: directory.path) } == .isDirectory)
  }

  @Test func tooManyCharacters() throws {
    let scalars = (1...0x11000).compactMap { Unicode.Scalar($0) }
    #expect(scalars.count > 65_536)
    var whole = String.UnicodeScalarView()
    whole.append(contentsOf: scalars)
    _ = try directory.write(Array(String(whole).utf8), to: "text.txt")
    #expect(found(directory.file("text.txt")) == "\(scalars.count) distinct characters")
  }

  /// Both parts must hold a batch and the character after it.
  @Test func aTextThatHoldsNoBatch() throws {
    let text = try read(String(repeating: "ab", count: 35))
    _ = try text.loaders(batchSize: 3, sequenceLength: 2, shuffling: false)
    for (batchSize, length) in [(1, 7), (7, 1), (Int.max, Int.max)] {
      let cause = expectFileError(directory.file("text.txt")) {
        _ = try text.loaders(batchSize: batchSize, sequenceLength: length, shuffling: false)
      }
      guard case .mismatch("63 characters to learn from and 7 to validate on", _, _) = cause else {
        Issue.record("\(String(describing: cause))")
        continue
      }
    }
  }

  @Test func loadersServeBothParts() throws {
    let text = try read(String(repeating: "abcde", count: 8))
    var (training, validation) = try text.loaders(batchSize: 1, sequenceLength: 3, shuffling: false)
    #expect(training.nextBatch().inputs == [0, 1, 2] && training.nextBatch().targets == [4, 0, 1])
    #expect(validation.nextBatch().inputs == [1, 2, 3] && validation.batchesPerEpoch == 1)
    #expect(training.batchesPerEpoch == 11)
  }

  private static let shakespeare = TestFiles.data("tinyshakespeare.txt")

  /// What nanoGPT's prepare.py prints.
  @Test(.enabled(if: shakespeare != nil, "needs data/tinyshakespeare.txt"))
  func theRealText() throws {
    let text = try CharacterText(contentsOf: #require(Self.shakespeare))
    #expect(text.characters.count == 65)
    #expect(text.training.count == 1_003_854 && text.validation.count == 111_540)
  }

  private func read(_ text: String) throws -> CharacterText {
    try CharacterText(contentsOf: directory.write(Array(text.utf8), to: "text.txt"))
  }

  private func found(_ path: String) -> String? {
    guard case .mismatch(let found, _, _) = expectFileError(path, { _ = try CharacterText(contentsOf: path) })
    else { return nil }
    return found
  }
}
