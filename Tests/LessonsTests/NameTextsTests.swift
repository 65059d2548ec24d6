import GPT2BinaryFiles
import Foundation
import GPT2Lessons
import TestSupport
import Testing

@Suite struct NameTextsTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    try write("bea\nabe\n", "train")
    try write("ab\n", "val")
    try write("e\n\n", "test")
  }

  private func write(_ text: String, _ name: String) throws {
    _ = try directory.write(Array(text.utf8), to: name + ".txt")
  }

  @Test func lettersAreTokensInTheirOrder() throws {
    let texts = try NameTexts(directory: directory.path, least: 3)
    #expect(texts.vocabulary.letters == Array("\nabe".utf8))
    #expect(texts.training == [2, 3, 1, 0, 1, 2, 3, 0])
    #expect(texts.validation == [1, 2, 0] && texts.test == [3, 0, 0])
    #expect(texts.vocabulary.tokens("be\na") == [2, 3, 0, 1])
    #expect(texts.vocabulary.tokens("bc") == nil)
    #expect(texts.vocabulary.shown([2, 3, 0]) == "be.")
  }

  @Test(arguments: ["train", "val", "test"])
  func whatIsNoNameIsRefused(name: String) throws {
    for (line, bad) in [(2, "ab\nabé\n"), (1, "aB\n"), (2, "ab\na b\n"), (3, "a\n\na\r\n")] {
      try write(bad, name)
      let path = directory.file(name + ".txt")
      let cause = expectFileError(path) { _ = try NameTexts(directory: directory.path, least: 3) }
      guard case .unparsableText(line, _, _) = cause else {
        Issue.record("\(name): found \(String(describing: cause))")
        continue
      }
    }
  }

  @Test func lettersThatTheTrainingNamesHaveNotAreRefused() throws {
    try write("ab\nbc\n", "val")
    let cause = expectFileError(directory.file("val.txt")) {
      _ = try NameTexts(directory: directory.path, least: 3)
    }
    #expect(
      cause == .unparsableText(line: 2, found: "bc", expected: "letters that train.txt has too"))
  }

  @Test func filesThatAreTooShortOrMissingAreRefused() throws {
    let cause = expectFileError(directory.file("val.txt")) {
      _ = try NameTexts(directory: directory.path, least: 4)
    }
    guard case .mismatch("3 bytes", _, _) = cause else {
      Issue.record("found \(String(describing: cause))")
      return
    }
    try write("abeabe", "train")
    expectFileError(directory.file("train.txt")) {
      _ = try NameTexts(directory: directory.path, least: 3)
    }
    try FileManager.default.removeItem(atPath: directory.file("train.txt"))
    let missing = expectFileError(directory.file("train.txt")) {
      _ = try NameTexts(directory: directory.path, least: 3)
    }
    guard case .mismatch(_, _, let advice) = missing else {
      Issue.record("found \(String(describing: missing))")
      return
    }
    #expect(advice.contains("scripts/fetch-lessons.sh"))
  }
}
