import Foundation
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Transformer

/// `gpt2 evaluate --lambada`, by a random model of 257 tokens, one a byte and end-of-text.
@Suite struct EvaluateLambadaTests {
  private let workspace: Workspace
  private let model: String
  private let lines: String

  init() throws {
    workspace = try Workspace()
    model = workspace.directory.file("model.bin")
    let configuration = try Configuration(
      maximumSequenceLength: 12, vocabularySize: 257, layers: 1, heads: 2, channels: 8)
    try Checkpoint.write(try Parameters(random: configuration, seed: 5), to: model, replacing: false)
    lines = workspace.directory.file("words.jsonl")
    let text = #"{"text": "a bc"}"# + "\n" + #"{"text": "To be, or not to be"}"# + "\n"
    try text.write(toFile: lines, atomically: true, encoding: .utf8)
  }

  private func evaluate(_ path: String, _ more: String...) throws -> Command {
    try Command(
      ["evaluate", "--model", model, "--lambada", path, "--tokenizer", workspace.tokenizer] + more)
  }

  @Test func jsonAndTableSayTheSame() throws {
    let plain = PlainGPT2(try Checkpoint.read(model))
    // The second text is longer than the model: its last 13 bytes are left.
    let losses = [("a bc", 3), ("To be, or not to be", 3)].map { text, count in
      plain.losses(of: Array(text.utf8.map(Int32.init).suffix(13))).suffix(count).reduce(0, +)
    }
    let perplexity = exp(losses.reduce(0, +) / 2)
    let result = try evaluate(lines, "--json")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let object = try #require(try result.objects().first)
    #expect(object["kind"] as? String == "lambada")
    #expect(object["file"] as? String == lines)
    #expect(object["partial"] as? Bool == false)
    #expect(object["examples"] as? Int == 2 && object["scored"] as? Int == 2)
    #expect(object["contextsCut"] as? Int == 1)
    #expect(object["accuracy"] as? Double == 0 && object["correct"] as? Int == 0)
    let found = try #require(object["perplexity"] as? Double)
    #expect(abs(found / perplexity - 1) < 1e-4)

    let table = try evaluate(lines).output.split(separator: "\n")
    #expect(table.first == lines[...])
    #expect(table.contains("  examples      2"))
    #expect(table.contains("  accuracy      0.0000"))
    #expect(table.contains("  perplexity    \(String(format: "%.2f", found))"[...]))
    #expect(table.contains("  contexts cut  1 (50.0 %)"))
    #expect(try evaluate(lines, "--max-examples", "1", "--json").objects().first?["examples"] as? Int == 1)
  }

  @Test(arguments: [
    ("{\"text\": \"a b\"}\noops", "line 2: found 'oops', expected JSON"),
    ("{\"text\": \"word\"}", "line 1: found 'word', expected a text of more than one word"),
    ("", "found an empty file"),
  ])
  func linesThatCannotBeUsed(text: String, message: String) throws {
    let path = try workspace.directory.write(Array(text.utf8), to: "bad.jsonl")
    let result = try evaluate(path)
    #expect(result.exitCode == 2)
    #expect(result.output.isEmpty)
    #expect(result.diagnostics.hasPrefix("gpt2: \(path): \(message)"), "\(result.diagnostics)")
  }
}
