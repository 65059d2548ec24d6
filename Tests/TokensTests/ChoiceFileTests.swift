import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing
import GPT2Tokens

@Suite struct ChoiceFileTests {
  /// As the script that made the fixture has it.
  private struct Example: Decodable {
    let context: [Int32]
    let completions: [[Int32]]
    let label: Int
  }

  @Test func theFixtureIsReadAsItWasMade() throws {
    let url = URL(fileURLWithPath: TestFiles.fixture("choices.json"))
    let expected = try JSONDecoder().decode([Example].self, from: Data(contentsOf: url))
    let file = try ChoiceFile(contentsOf: TestFiles.fixture("choices.bin"))
    #expect(file.path == TestFiles.fixture("choices.bin"))
    #expect(file.examples.count == 24)
    #expect(file.examples.map(\.context) == expected.map(\.context))
    #expect(file.examples.map(\.completions) == expected.map(\.completions))
    #expect(file.examples.map(\.label) == expected.map(\.label))
    try file.check(below: 31, longest: 5)
  }

  /// Two examples: 13 words with two completions, then 15 words with three.
  private static let words: [UInt16] = [
    65_535, 26, 0, 1, 2, 2, 10, 11, 1, 12, 2, 13, 14,
    65_535, 30, 1, 2, 3, 1, 20, 2, 21, 22, 1, 23, 2, 24, 25,
  ]

  private func bytes(
    _ words: [UInt16] = words, magic: Int32 = 20_240_522, version: Int32 = 1, count: Int32 = 2,
    longest: Int32 = 30
  ) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 1024)
    for (field, value) in [magic, version, count, longest].enumerated() { bytes.set(field, to: value) }
    return bytes + Fixtures.littleEndian(words)
  }

  private func cause(_ bytes: [UInt8]) throws -> FileError.Cause? {
    let directory = try TemporaryDirectory()
    let path = try directory.write(bytes, to: "choices.bin")
    return fileErrorCause(path) { () throws(FileError) in _ = try ChoiceFile(contentsOf: path) }
  }

  /// The cause of a file of which one word was changed.
  private func cause(word: Int, _ value: UInt16) throws -> FileError.Cause? {
    var words = Self.words
    words[word] = value
    return try cause(bytes(words))
  }

  private func expectExample(_ cause: FileError.Cause?, _ index: Int, _ found: String, _ expected: String) {
    #expect(cause == .invalidExample(index: index, found: found, expected: expected))
  }

  @Test func examplesOfDifferentNumbersOfCompletions() throws {
    let directory = try TemporaryDirectory()
    let file = try ChoiceFile(contentsOf: try directory.write(bytes(), to: "choices.bin"))
    #expect(file.examples.map(\.context) == [[10, 11], [20]])
    #expect(file.examples.map(\.completions) == [[[12], [13, 14]], [[21, 22], [23], [24, 25]]])
    #expect(file.examples.map(\.label) == [1, 2])
  }

  @Test func headers() throws {
    #expect(try cause([]) == .truncatedHeader(found: 0, expected: 1024))
    #expect(try cause(Array(bytes().prefix(1023))) == .truncatedHeader(found: 1023, expected: 1024))
    #expect(
      try cause(bytes(magic: 20_240_520))
        == .mismatch(
          found: "a token file", expected: "a multiple-choice file", advice: "name another file"))
    for version: Int32 in [0, 2, -1] {
      guard case .unsupportedVersion(version, [1], _) = try cause(bytes(version: version)) else {
        Issue.record("accepted version \(version)")
        continue
      }
    }
  }

  @Test(arguments: [0, -1, 65_536, .max] as [Int32])
  func impossibleHeaderFields(value: Int32) throws {
    let expected = "a value from 1 to 65535"
    #expect(
      try cause(bytes(count: value))
        == .invalidField(name: "number of examples", found: Int(value), expected: expected))
    #expect(
      try cause(bytes(longest: value))
        == .invalidField(name: "bytes of the longest example", found: Int(value), expected: expected))
  }

  @Test func theLongestExampleIsShorterThanTheHeaderSays() throws {
    #expect(
      try cause(bytes(longest: 32))
        == .invalidField(
          name: "bytes of the longest example", found: 32, expected: "the 30 that it has"))
  }

  @Test(arguments: [1, 12, 28] as [Int32])
  func anExampleIsLongerThanTheHeaderSays(longest: Int32) throws {
    let (index, size) = longest < 26 ? (0, 26) : (1, 30)
    let left = index == 0 ? 56 : 30
    expectExample(
      try cause(bytes(longest: longest)), index, "\(size) bytes",
      "an even number from 12 to the header's \(longest) and the file's last \(left)")
  }

  @Test func moreExamplesThanThereAre() throws {
    expectExample(try cause(bytes(count: 3)), 2, "0 bytes left in the file", "an example")
    let more = bytes(count: 3) + [UInt8](repeating: 255, count: 11)
    expectExample(try cause(more), 2, "11 bytes left in the file", "an example")
  }

  @Test(arguments: [1, 2, 11])
  func bytesAfterTheLastExample(extra: Int) throws {
    let cause = try cause(bytes() + [UInt8](repeating: 255, count: extra))
    #expect(cause == .wrongSize(found: 1080 + extra, expected: 1080))
  }

  @Test func fewerExamplesThanThereAre() throws {
    #expect(try cause(bytes(count: 1, longest: 26)) == .wrongSize(found: 1080, expected: 1050))
  }

  /// Wherever the file is cut, it is its last example that is damaged.
  @Test func cutShort() throws {
    for missing in 1...29 {
      guard case .invalidExample(1, _, _) = try cause(bytes().dropLast(missing)) else {
        Issue.record("accepted a file that lacks \(missing) bytes")
        continue
      }
    }
  }

  @Test func theMarkIsMissing() throws {
    expectExample(try cause(word: 0, 65_534), 0, "65534 at its beginning", "65535")
    expectExample(try cause(word: 13, 0), 1, "0 at its beginning", "65535")
  }

  @Test(arguments: [0, 10, 27, 32, 65_535] as [UInt16])
  func impossibleSizes(size: UInt16) throws {
    expectExample(
      try cause(word: 14, size), 1, "\(size) bytes",
      "an even number from 12 to the header's 30 and the file's last 30")
  }

  /// A size that is less than the example's parts cuts them, one that is more leaves something over.
  @Test func sizesThatAreNotThoseOfTheParts() throws {
    expectExample(
      try cause(word: 14, 28), 1, "a completion 2 of 2 tokens", "1 to the 1 left in the example")
    expectExample(try cause(word: 14, 24), 1, "its end before its completion 2", "a length and tokens")
    expectExample(try cause(word: 14, 12), 1, "a context of 1 tokens", "room for one, but the example ends")
    expectExample(try cause(word: 1, 28), 0, "28 bytes", "the 26 of its parts")
  }

  @Test func anotherIndex() throws {
    expectExample(try cause(word: 15, 0), 1, "index 0", "1")
  }

  @Test(arguments: [2, 3, 65_535] as [UInt16])
  func aLabelThatIsNoCompletion(label: UInt16) throws {
    expectExample(try cause(word: 3, label), 0, "label \(label)", "one below the 2 completions")
  }

  @Test func tooFewOrTooManyCompletions() throws {
    expectExample(try cause(word: 4, 0), 0, "0 completions", "at least 2")
    expectExample(try cause(word: 4, 1), 0, "1 completions", "at least 2")
    expectExample(try cause(word: 4, 3), 0, "its end before its completion 2", "a length and tokens")
    expectExample(try cause(word: 4, 65_535), 0, "its end before its completion 2", "a length and tokens")
  }

  @Test(arguments: [0, 8, 65_535] as [UInt16])
  func impossibleContextLengths(length: UInt16) throws {
    expectExample(
      try cause(word: 5, length), 0, "a context of \(length) tokens", "1 to the 7 left in the example")
  }

  @Test(arguments: [0, 5, 65_535] as [UInt16])
  func impossibleCompletionLengths(length: UInt16) throws {
    expectExample(
      try cause(word: 8, length), 0, "a completion 0 of \(length) tokens", "1 to the 4 left in the example")
  }

  @Test func examplesThatAModelCannotTake() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(bytes(), to: "choices.bin")
    let file = try ChoiceFile(contentsOf: path)
    try file.check(below: 26, longest: 2)
    #expect(
      fileErrorCause(path) { () throws(FileError) in try file.check(below: 25, longest: 2) }
        == .invalidExample(index: 1, found: "token 25", expected: "tokens below the vocabulary's 25"))
    #expect(
      fileErrorCause(path) { () throws(FileError) in try file.check(below: 11, longest: 2) }
        == .invalidExample(index: 0, found: "token 11", expected: "tokens below the vocabulary's 11"))
    #expect(
      fileErrorCause(path) { () throws(FileError) in try file.check(below: 26, longest: 1) }
        == .invalidExample(
          index: 0, found: "a completion of 2 tokens", expected: "at most the model's 1"))
  }

  @Test func missingFile() throws {
    let path = try TemporaryDirectory().file("absent")
    #expect(
      fileErrorCause(path) { () throws(FileError) in _ = try ChoiceFile(contentsOf: path) } == .notFound)
  }
}
