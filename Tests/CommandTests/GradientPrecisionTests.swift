import Foundation
import TestSupport
import Testing

/// `train --gradient-precision`, alone.
@Suite struct GradientPrecisionTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  @Test func theRunKnowsItAndSaysWhereItChanges() throws {
    let first = try workspace.train(
      "--gradient-precision", "bf16", "--replicas", "2", "--total-batch-size", "64", output: "run")
    #expect(first.exitCode == 0, "\(first.diagnostics)")
    let metrics = try String(contentsOfFile: workspace.directory.file("run/metrics.jsonl"), encoding: .utf8)
    #expect(metrics.contains(#""gradient precision":"bf16""#) && metrics.contains("waitedMilliseconds"))
    let second = try workspace.train(
      "--gradient-precision", "fp32", "--steps", "4", "--resume", output: "run")
    #expect(second.exitCode == 0, "\(second.diagnostics)")
    #expect(
      second.diagnostics.contains("gradient precision: bf16 before, fp32 now"), "\(second.diagnostics)")
    #expect(second.diagnostics.contains("no longer the run that was begun"))
    #expect(!first.diagnostics.contains("gradient precision:"))
  }

  @Test func alsoInOneReplicaItIsWhatIsComputed() throws {
    let files = try ["bf16", "fp32"].map { precision in
      let result = try workspace.train("--gradient-precision", precision, output: precision)
      #expect(result.exitCode == 0, "\(result.diagnostics)")
      return try Data(
        contentsOf: URL(fileURLWithPath: workspace.directory.file("\(precision)/model_00000003.bin")))
    }
    #expect(files[0] != files[1])
  }

  @Test func anotherIsRefused() throws {
    let result = try workspace.train("--gradient-precision", "fp16", output: "refused")
    #expect(result.exitCode == 2)
    #expect(
      result.diagnostics.contains("fp16") && result.diagnostics.contains("bf16"), "\(result.diagnostics)")
  }
}
