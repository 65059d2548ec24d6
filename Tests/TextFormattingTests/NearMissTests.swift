import Testing

@testable import GPT2TextFormatting

@Suite struct NearMissTests {
  private let commands = ["finetune", "train", "generate", "tokenize", "report", "bench"]

  @Test(arguments: [
    ("trian", ["train"]), ("generat", ["generate"]), ("tokenise", ["tokenize"]), ("fine-tune", ["finetune"]),
    ("Train", ["train"]), ("gen", ["generate"]), ("benhc", ["bench"]), ("nope", []), ("", []), ("t", []),
    ("x", []), ("evaluate", []),
  ])
  func ofCommands(word: String, near: [String]) {
    #expect(NearMiss.words(for: word, among: commands) == near)
  }

  @Test func severalThatAreAsNear() {
    let options = ["top-k", "top-p", "min-p"]
    #expect(NearMiss.words(for: "top-l", among: options) == ["top-k", "top-p"])
    #expect(
      NearMiss.question(for: "top-", among: options) { "--" + $0 } == " Did you mean '--top-k' or '--top-p'?")
    #expect(NearMiss.question(for: "stride", among: options).isEmpty)
  }

  @Test(arguments: [
    ("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("abc", "abc", 0), ("ab", "ba", 2),
  ])
  func editDistances(first: String, second: String, expected: Int) {
    #expect(EditDistance.between(first, second) == expected)
  }
}
