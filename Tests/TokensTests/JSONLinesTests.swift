import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

@testable import GPT2Tokens

/// Documents in the fields of JSON objects, one on a line.
struct JSONLinesTests {
  private let directory: TemporaryDirectory
  private var path: String { directory.file("lines.jsonl") }

  init() throws { directory = try TemporaryDirectory() }

  private func stream(_ text: String, field: String = "text", blockSize: Int = 1 << 18) throws -> Stream {
    _ = try directory.write(Array(text.utf8), to: "lines.jsonl")
    return try Stream(paths: [path], documents: .jsonLines(field: field), blockSize: blockSize)
  }

  /// The byte-level tokens of a text, with "|" for end-of-text.
  private func tokens(_ text: String) -> [UInt16] {
    text.utf8.map { $0 == UInt8(ascii: "|") ? 256 : UInt16($0) }
  }

  @Test(arguments: [
    (#"{"text": "a"}"#, "|a"), ("{\"text\":\"a\"}\n{\"text\":\"b\"}\n", "|a|b"),
    ("{\"text\":\"a\"}\r\n \t\n\n{\"text\":\"\"}", "|a|"), ("", ""), ("\n\n", ""),
    (#"{"id": 7, "meta": {"text": "no"}, "text": "a\n\nb", "more": [1, null]}"#, "|a\n\nb"),
    (#"{"text": "\u00e9 \ud83d\ude42 \" \\ \/ \t é"}"#, "|é 🙂 \" \\ / \t é"),
  ])
  func textsOfObjects(text: String, expected: String) throws {
    for blockSize in [1, 5, 1000] {
      let found = try stream(text, blockSize: blockSize)
      #expect(found.tokens == tokens(expected))
      #expect(found.documents == expected.count { $0 == "|" })
    }
  }

  @Test func anotherField() throws {
    let found = try stream(#"{"text": "no", "content": "yes"}"#, field: "content")
    #expect(found.tokens == tokens("|yes"))
  }

  @Test(arguments: [1, 2, 5])
  func manyLinesOnManyThreads(threads: Int) throws {
    let texts = (0..<300).map { "document \($0)\n\nsays \"\(String(repeating: "é", count: $0 % 50))\"" }
    let lines = try texts.map { String(decoding: try JSONEncoder().encode(["text": $0]), as: UTF8.self) }
    _ = try directory.write(Array(lines.joined(separator: "\n").utf8), to: "lines.jsonl")
    let found = try Stream(
      paths: [path, path], documents: .jsonLines(field: "text"), blockSize: 200, threads: threads)
    let isSame = found.tokens == tokens((texts + texts).map { "|" + $0 }.joined())
    #expect(isSame)
    #expect(found.documents == 600)
    #expect(found.blocks > 50)
  }

  @Test(arguments: [
    (#"{"text": "a""#, "a JSON object"), ("nonsense", "a JSON object"),
    (#"{"text": "\ud83g"}"#, "a JSON object"), (#"{"text": "\ud83d}"#, "a JSON object"),
    ("[1]", "a JSON object with a text in its field \"text\""), ("{}", "its field \"text\""),
    (#"{"text": 5}"#, "its field \"text\""), (#"{"text": null}"#, "its field \"text\""),
  ])
  func linesThatHoldNoText(line: String, expected: String) throws {
    let good = String(repeating: "{\"text\":\"good\"}\n", count: 40)
    for (blockSize, threads) in [(10, 1), (100, 5), (10_000, 2)] {
      _ = try directory.write(Array((good + "\n" + line + "\n" + good).utf8), to: "lines.jsonl")
      let found = expectFileError(path) {
        _ = try Stream(
          paths: [path], documents: .jsonLines(field: "text"), blockSize: blockSize, threads: threads)
      }
      guard case .unparsableText(42, line, let words) = found else {
        Issue.record("found \(String(describing: found))")
        continue
      }
      #expect(words.contains(expected))
    }
  }

  /// Lines are counted in each input.
  @Test func theInputThatIsWrongIsNamed() throws {
    let good = try directory.write(Array("{\"text\":\"good\"}\n\n{\"text\":\"good\"}".utf8), to: "good")
    let bad = try directory.write(Array("{\"text\":\"good\"}\nbad".utf8), to: "bad")
    let found = expectFileError(bad) {
      _ = try Stream(paths: [good, good, bad], documents: .jsonLines(field: "text"), blockSize: 8)
    }
    #expect(found == .unparsableText(line: 2, found: "bad", expected: "a JSON object"))
  }

  @Test func bytesThatAreNoUTF8() throws {
    // One such byte among many does not make a text unreadable by itself.
    let good = Array((String(repeating: "{\"text\":\"good\"}\n", count: 40) + "{\"text\":\"").utf8)
    let bytes = good + [0xC3, 0x28] + Array("\"}".utf8)
    let path = try directory.write(bytes, to: "bytes.jsonl")
    let found = expectFileError(path) {
      _ = try Stream(paths: [path], documents: .jsonLines(field: "text"))
    }
    guard case .unparsableText(41, _, "UTF-8") = found else {
      Issue.record("found \(String(describing: found))")
      return
    }
  }
}
