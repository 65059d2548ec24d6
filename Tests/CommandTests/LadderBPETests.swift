import Foundation
import TestSupport
import Testing

@Suite struct LadderBPETests {
  private func bpe(_ arguments: String...) throws -> Command {
    try Command(["bpe"] + arguments, executable: Command.ladder)
  }

  @Test func printsWhatMinbpePrints() throws {
    let result = try bpe("--string", "aaabdaaabac", "--merges", "3")
    #expect(result.exitCode == 0)
    #expect(
      result.output == """
        all 11 bytes as one piece, minbpe's BasicTokenizer:
        merge 1/3: (97, 97) -> 256 (b'aa') had 4 occurrences
        merge 2/3: (256, 97) -> 257 (b'aaa') had 2 occurrences
        merge 3/3: (257, 98) -> 258 (b'aaab') had 2 occurrences
        after 3 merges: 5 tokens of 2.20 bytes; the longest is b'aaab'
        inside the pieces of GPT-2's pattern, its RegexTokenizer:
        merge 1/3: (97, 97) -> 256 (b'aa') had 4 occurrences
        merge 2/3: (256, 97) -> 257 (b'aaa') had 2 occurrences
        merge 3/3: (257, 98) -> 258 (b'aaab') had 2 occurrences
        after 3 merges: 5 tokens of 2.20 bytes; the longest is b'aaab'
        the text as one piece: [258, 100, 258, 97, 99]

        """)
  }

  @Test func drawsItsPage() throws {
    let directory = try TemporaryDirectory()
    let target = directory.file("out")
    try directory.write(
      "To be, or not to be: that is the question.\n<é> \u{1F642} \"'tis\" & so on\n", to: "text")
    let result = try bpe("--text", directory.file("text"), "--merges", "12", "--output", target)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let names = try FileManager.default.contentsOfDirectory(atPath: target).sorted()
    #expect(names == ["compression.svg", "frequencies.svg", "index.html", "passage.svg"])
    for name in names where name.hasSuffix(".svg") {
      #expect(try XMLTree.parse(String(contentsOfFile: "\(target)/\(name)", encoding: .utf8)).name == "svg")
    }
    let html = try String(contentsOfFile: target + "/index.html", encoding: .utf8)
    let page = try XMLTree.parse(html.replacing("<!DOCTYPE html>\n", with: ""))
    let figure = try #require(page.all("figure").first { $0.attributes["id"] == "passage" })
    struct Values: Decodable {
      var text: String
      var whole: [[Int]]
      var pieces: [[Int]]
    }
    let values = try JSONDecoder().decode(
      Values.self, from: Data((figure.attributes["data-values"] ?? "").utf8))
    #expect(values.text.hasPrefix("To be") && values.whole.count == 12 && values.pieces.count == 12)
  }

  @Test func jsonIsOneObject() throws {
    struct Results: Decodable {
      struct Merge: Decodable { var count: Int }
      var bytes: Int
      var whole: [Merge]
      var tokens: [Int]
    }
    let result = try bpe("--string", "aaabdaaabac", "--merges", "3", "--json")
    let found = try JSONDecoder().decode(Results.self, from: Data(result.output.utf8))
    #expect(found.bytes == 11 && found.whole.map(\.count) == [4, 2, 2])
    #expect(found.tokens == [258, 100, 258, 97, 99])
  }

  @Test(arguments: [
    ["--merges", "0"], ["--merges", "2001"], ["--shown", "-1"], ["--string", ""], ["--text", "none"],
  ])
  func refusesWhatLeadsToNothing(arguments: [String]) throws {
    let result = try Command(["bpe"] + arguments, executable: Command.ladder)
    #expect(result.exitCode == 2 && result.output.isEmpty)
    #expect(result.diagnostics.contains(arguments[1] == "none" ? "fetch-lessons.sh" : arguments[0]))
  }
}
