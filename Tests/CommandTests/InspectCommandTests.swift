import Foundation
import TestSupport
import Testing

/// `inspect` on models of transformers': one with a tokenizer, and one whose inside transformers computed
/// (dev/reference/make_inspection.py).
@Suite struct InspectCommandTests {
  private let worded = TestFiles.fixture("huggingface/model")
  private let numbered = TestFiles.fixture("inspection/gpt2")
  private static let tokens = "7,42,0,19,19,3,30,11,25,1,8,40,7"

  private func inspect(_ more: String...) throws -> Command {
    try Command(["inspect", "--model", worded, "--prompt", "the there"] + more)
  }

  private func numbers(_ more: String...) throws -> [String: Any] {
    let result = try Command(
      ["inspect", "--model", numbered, "--prompt-tokens", Self.tokens, "--json"] + more)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    return try #require(try result.objects().first)
  }

  private func expected() throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("inspection/expected.json")))
    let all = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    return try #require(all["gpt2"] as? [String: Any])
  }

  @Test func jsonHasTransformersNumbers() throws {
    let expected = try expected()
    let found = try numbers("--scores", "--attention", "1:2,0:0", "--embedding", "mean")
    #expect(Set(found.keys) == ["model", "tokens", "scores", "attention", "embedding"])
    let rows = try #require(expected["log_probabilities"] as? [[Double]])
    let scores = try #require(found["scores"] as? [[String: Any]])
    #expect(scores.count == 12)
    for score in scores {
      let (position, id) = try (#require(score["position"] as? Int), #require(score["id"] as? Int))
      #expect(abs(try #require(score["log_probability"] as? Double) - rows[position - 1][id]) < 1e-4)
      #expect((score["likeliest"] as? [Any])?.count == 5)
    }
    let attention = try #require(found["attention"] as? [[String: Any]])
    let weights = try #require(expected["attentions"] as? [[[[Double]]]])
    #expect(
      attention.map { $0["layer"] as? Int } == [1, 0] && attention.map { $0["head"] as? Int } == [2, 0])
    for (head, expected) in zip(attention, [weights[1][2], weights[0][0]]) {
      for (row, expected) in zip(try #require(head["weights"] as? [[Double]]), expected) {
        for (weight, expected) in zip(row, expected) { #expect(abs(weight - expected) < 1e-4) }
      }
    }
    let embedding = try #require((found["embedding"] as? [String: Any])?["values"] as? [Double])
    let mean = try #require(expected["mean"] as? [Double])
    #expect(Closeness.error(of: embedding, against: mean) < 1e-4)
  }

  @Test func jsonOfLensNeuronsAndAblation() throws {
    let expected = try expected()
    let found = try numbers(
      "--lens", "--neurons", "1", "--at", "4", "--top", "3", "--next", "--neurons-off", "0:5,1:0,1:36,2:13",
      "--heads-off", "0:2,2:0-1")
    let lens = try #require((found["lens"] as? [[String: Any]])?.first)
    #expect(lens["position"] as? Int == 4 && (lens["target"] as? [String: Any])?["id"] as? Int == 3)
    #expect((lens["layers"] as? [Any])?.count == 4)
    let neurons = try #require((found["neurons"] as? [[String: Any]])?.first)
    #expect(neurons["layer"] as? Int == 1 && (neurons["neurons"] as? [Any])?.count == 3)
    let next = try #require(found["next"] as? [String: Any])
    let logits = try #require(expected["both_off"] as? [Double])
    let likeliest = try #require(next["likeliest"] as? [[String: Any]]).map { $0["id"] as? Int }
    #expect(likeliest == logits.indices.sorted { logits[$0] > logits[$1] }.prefix(3).map { $0 })
    #expect(next["changed_tokens"] as? Int == 43)
  }

  @Test func tables() throws {
    let plain = try inspect()
    #expect(plain.exitCode == 0, "\(plain.diagnostics)")
    for words in ["the text\n", "what may come next\n", "perplexity", "' there'", "rank"] {
      #expect(plain.output.contains(words), "\(plain.output)")
    }
    let all = try inspect(
      "--lens", "--attention", "1:2", "--neurons", "0", "--at", "0", "--next", "--heads-off", "1:0")
    #expect(all.exitCode == 0, "\(all.diagnostics)")
    for words in [
      "logit lens at 0 '", "attention of layer 1, head 2\n", "neurons of layer 0 at 0 '", "of 60 inactive",
      "pushes down", "with all on", "of 757 logits changed", "looks at",
    ] { #expect(all.output.contains(words), "\(words): \(all.output)") }
    #expect(!all.output.contains("the text\n"))
    let bare = try Command("inspect", "--model", numbered, "--prompt-tokens", "3,5")
    #expect(bare.exitCode == 0 && bare.output.contains("#5"))
  }

  /// All that can be asked for, from a file and from standard input.
  @Test func requestsInJSON() throws {
    let directory = try TemporaryDirectory()
    let request =
      #"{"tokens": [7, 42, 0], "states": [{"blocks": 3, "normalised": true}], "scores": {"top": 1}}"#
    let path = try directory.write(Array(request.utf8), to: "request.json")
    let file = try Command("inspect", "--model", numbered, "--request", path, "--json")
    #expect(file.exitCode == 0, "\(file.diagnostics)")
    let report = try #require(try file.objects().first)
    #expect(Set(report.keys) == ["model", "tokens", "states", "scores"])
    let input = try Command("inspect", "--model", numbered, "--request", "-", "--json", input: request)
    #expect(input.output == file.output)
    let table = try Command("inspect", "--model", numbered, "--request", path)
    #expect(table.exitCode == 0 && table.output.hasPrefix("the text\n"))

    for (json, words) in [
      ("{", "at line 1, expected"), (#"{"tokens": [1], "scores": 3}"#, "at scores, expected an object"),
      (#"{"tokens": [1], "score": {}}"#, "found a member \"score\", expected only text, tokens"),
    ] {
      let path = try directory.write(Array(json.utf8), to: "bad.json")
      let refused = try Command("inspect", "--model", numbered, "--request", path)
      expectRefusal(refused, naming: "gpt2: \(path): ", words)
    }
    expectRefusal(
      try Command("inspect", "--model", numbered, "--request", directory.file("none.json")),
      naming: "none.json: no such file")
    for option in [["--scores"], ["--prompt", "x"], ["--heads-off", "0:0"]] {
      expectRefusal(
        try Command(["inspect", "--model", numbered, "--request", path] + option), naming: "--request")
    }
  }

  /// nanoGPT's checkpoint of characters, and a document's beginning.
  @Test func otherModels() throws {
    let nanoGPT = try Command(
      "inspect", "--model", TestFiles.fixture("pytorch/nanogpt.pt"), "--prompt-tokens", "1,2,3", "--lens",
      "--attention", "0:0")
    #expect(nanoGPT.exitCode == 0, "\(nanoGPT.diagnostics)")
    let beginning = try Command("inspect", "--model", worded)
    #expect(beginning.exitCode == 0 && beginning.output.contains("<|endoftext|>"))
  }

  @Test func generateSwitchesPartsOff() throws {
    func text(_ more: String...) throws -> String {
      let result = try Command(
        ["generate", "--model", worded, "--prompt", "the", "--max-tokens", "10", "--temperature", "0"] + more)
      #expect(result.exitCode == 0, "\(result.diagnostics)")
      return result.output
    }
    let plain = try text()
    #expect(try text("--neurons-off", "0:0-59,1:0-59", "--heads-off", "0:0-2") != plain)
    // Far beyond GELU's end every neuron of a wide model might be 0; here none is, so the text alone is compared.
    #expect(try text("--heads-off", "0:0", "--draft", "ngram") == text("--heads-off", "0:0"))
  }

  private static let refusals: [(options: [String], words: String)] = [
    (["--attention", "1"], "--attention"), (["--attention", "1:x"], "--attention"),
    (["--attention", "2:0"], "found layer 2, expected 0 to 1"),
    (["--attention", "1:3"], "found head 3, expected 0 to 2"),
    (["--neurons", "2"], "found layer 2, expected 0 to 1"),
    (["--at", "0"], "--at is for --lens and --neurons"),
    (["--lens", "--at", "13"], "found position 13, expected 0 to"), (["--top", "-1"], "--top"),
    (["--top", "1001"], "--top"), (["--embedding", "mean"], "only printed with --json"),
    (["--embedding", "median", "--json"], "median"),
    (["--neurons-off", "3:17"], "found layer 3 to switch something off in, expected 0 to 1"),
    (["--neurons-off", "1:60"], "found neuron 60 to switch off, expected 0 to 59"),
    (["--heads-off", "0:3"], "found head 3 to switch off, expected 0 to 2"),
    (["--neurons-off", "1:5-3"], "--neurons-off"), (["--neurons-off", "1:0-99999999999"], "--neurons-off"),
    (["--heads-off", ""], "--heads-off"), (["--heads-off", "1:"], "--heads-off"),
    (["--heads-off", "1:2,"], "--heads-off"), (["--heads-off", "-1:2"], "--heads-off"),
    (["--prompt-tokens", "3"], "expected one of them"),
  ]

  @Test(arguments: refusals)
  func whatCannotBeUsed(options: [String], words: String) throws {
    let result = try Command(["inspect", "--model", worded, "--prompt", "the there"] + options)
    #expect(result.exitCode == 2)
    #expect(result.output.isEmpty && result.diagnostics.contains(words), "\(result.diagnostics)")
  }

  @Test func generateRefusesWhatTheModelDoesNotHave() throws {
    for (option, value, words) in [
      ("--heads-off", "0:3", "found head 3 to switch off"), ("--neurons-off", "0", "--neurons-off"),
    ] {
      expectRefusal(
        try Command("generate", "--model", worded, "--prompt", "the", option, value), naming: words)
    }
  }

  @Test func textsThatCannotBeInspected() throws {
    let long = try Command("inspect", "--model", numbered, "--prompt-tokens", Self.tokens + "," + Self.tokens)
    expectRefusal(long, naming: "found a sequence of 26 tokens, expected at most the model's 19")
    let cropped = try Command(
      "inspect", "--model", numbered, "--prompt-tokens", Self.tokens + "," + Self.tokens, "--keep-last",
      "--json")
    #expect(cropped.exitCode == 0 && cropped.diagnostics.contains("read the last 19"))
    expectRefusal(try Command("inspect", "--model", numbered, "--prompt", "x"), naming: "tokenizer")
    expectRefusal(
      try Command("inspect", "--model", numbered, "--prompt-tokens", "43"), naming: "found token 43")
  }
}
