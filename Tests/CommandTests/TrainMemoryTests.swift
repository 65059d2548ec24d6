import Foundation
import GPT2Kernels
import TestSupport
import Testing

/// Precision, recomputation, and the memory that a run announces or is refused for.
@Suite struct TrainMemoryTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func model(_ output: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: workspace.directory.file("\(output)/model_00000003.bin")))
  }

  @Test func thePlanIsAnnounced() throws {
    let run = try workspace.train("--precision", "bf16", "--recompute", "1", model: "d2")
    #expect(run.exitCode == 0)
    let lines = run.diagnostics.split(separator: "\n")
    #expect(
      lines.contains {
        $0.hasPrefix("work    bf16, recompute 1 (")
          && $0.hasSuffix("2 threads, \(KernelSet.preferred) kernels")
      })
    let memory = try #require(lines.firstIndex { $0.hasPrefix("memory  ") })
    #expect(memory < (lines.firstIndex { $0.contains("step 1/3") } ?? 0))
    for part in ["weights", "gradients", "moments", "activations", "scratch"] {
      #expect(lines[memory + 1].contains(part))
    }
  }

  @Test func theFirstJSONEventIsThePlan() throws {
    let run = try workspace.train("--json", "--recompute", "2")
    let line = try #require(run.output.split(separator: "\n").first)
    let plan = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(plan["event"] as? String == "plan")
    #expect(plan["precision"] as? String == "fp32")
    #expect(plan["recompute"] as? Int == 2)
    let parts = ["weights", "gradients", "moments", "activations", "scratch", "program"]
    let sum = parts.reduce(0) { $0 + (plan[$1] as? Int ?? 0) }
    #expect(plan["total"] as? Int == sum)
  }

  @Test func recomputingGivesTheSameModel() throws {
    for level in ["0", "1", "2"] {
      #expect(try workspace.train("--recompute", level, model: "d2", output: level).exitCode == 0)
    }
    let kept = try model("0")
    #expect(try model("1") == kept)
    #expect(try model("2") == kept)
  }

  @Test func aBatchTooLargeIsRefusedWithWhatWouldFit() throws {
    let run = try workspace.train("--batch-size", "1000000", model: "d2")
    #expect(run.exitCode == 2)
    #expect(run.output.isEmpty)
    #expect(run.diagnostics.split(separator: "\n").count == 1)
    #expect(run.diagnostics.hasPrefix("gpt2: not enough memory: found "))
    #expect(run.diagnostics.contains("available, expected "))
    #expect(run.diagnostics.contains("; --recompute 2 --batch-size "))
    #expect(try !workspace.directory.names().contains("run"))
  }

  @Test(arguments: [
    (["--recompute", "3"], "'0', '1' or '2'"), (["--recompute", "gelu"], "'0', '1' or '2'"),
    (["--precision", "fp16"], "'fp32'"),
  ])
  func whatThereIsNotIsAnsweredWithWhatThereIs(options: [String], answer: String) throws {
    let run = try workspace.train(options[0], options[1])
    #expect(run.exitCode == 2)
    #expect(run.diagnostics.contains(answer), "\(run.diagnostics)")
    #expect(try !workspace.directory.names().contains("run"))
  }

  @Test func aModelOfEitherPrecisionSpeaks() throws {
    for precision in ["fp32", "bf16"] {
      let text = try Command(
        "generate", "--model", try trained(), "--tokenizer", workspace.tokenizer, "--precision", precision,
        "--max-tokens", "4")
      #expect(text.exitCode == 0)
    }
  }

  private func trained() throws -> String {
    _ = try workspace.train("--overwrite")
    return workspace.directory.file("run/model_00000003.bin")
  }
}
