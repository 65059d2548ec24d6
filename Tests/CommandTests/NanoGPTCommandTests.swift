import Foundation
import TestSupport
import Testing

/// The commands on nanoGPT's ckpt.pt (dev/reference/make_pytorch.py).
@Suite struct NanoGPTCommandTests {
  private let directory: TemporaryDirectory
  private let checkpoint = TestFiles.fixture("pytorch/nanogpt.pt")
  private let tokens: String

  /// A token file of the batch whose loss PyTorch knows: its first row.
  init() throws {
    directory = try TemporaryDirectory()
    var bytes = [UInt8](repeating: 0, count: 1024)
    let ids = (0..<200).map { ($0 * 7 + $0 / 9) % 31 }
    for (field, value) in [(0, 20_240_520), (1, 1), (2, ids.count)] {
      for byte in 0..<4 { bytes[4 * field + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
    }
    tokens = try directory.write(bytes + ids.flatMap { [UInt8($0), 0] }, to: "tokens.bin")
  }

  private func train(_ more: String...) throws -> Command {
    try Command(
      [
        "train", "--model", checkpoint, "--data", tokens, "--output", directory.file("run"), "-b", "2", "-t",
        "8",
        "--threads", "1",
      ] + more)
  }

  @Test func trainingGoesOnFromItsMomentsAloud() throws {
    let result = try train("--steps", "2")
    #expect(result.exitCode == 0)
    #expect(result.diagnostics.contains("is nanoGPT's, after 5 updates, best validation loss 3.6811"))
    #expect(result.diagnostics.contains("AdamW goes on from its moments"))
    #expect(result.diagnostics.contains("training computes GELU by tanh"))
    // What was taken over is not forgotten by a resume.
    let resumed = try train("--steps", "3", "--resume")
    #expect(resumed.exitCode == 0)
    #expect(!resumed.diagnostics.contains("its moments"))
    let state = Array(
      try Data(contentsOf: URL(fileURLWithPath: directory.file("run/state_00000003_00000.bin"))))
    #expect(state[43 * 4] == 5)
  }

  /// Other optimizers, and a part of the weights, have no use for them.
  @Test(arguments: [["--optimizer", "muon"], ["--lora-rank", "2"], ["--freeze", "biases"]])
  func whereTheMomentsAreOfNoUse(options: [String]) throws {
    let result = try Command(
      [
        "train", "--model", checkpoint, "--data", tokens, "--output", directory.file("other"), "-b", "2",
        "-t", "8",
        "--steps", "1",
      ] + options)
    #expect(result.exitCode == 0)
    #expect(result.diagnostics.contains("and so does the optimizer"))
  }

  /// The folder says that GELU is the exact one; llm.c's format cannot, and is told so.
  @Test func convert() throws {
    let folder = directory.file("folder/")
    let bin = directory.file("model.bin")
    #expect(try Command("convert", checkpoint, folder).exitCode == 0)
    let config = try String(contentsOfFile: folder + "config.json", encoding: .utf8)
    #expect(config.contains("\"activation_function\": \"gelu\""))
    let result = try Command("convert", checkpoint, bin)
    #expect(result.exitCode == 0)
    #expect(result.diagnostics.contains("stands for GELU by tanh"))
    // A folder that says so is refused by name instead.
    let refused = try Command("convert", folder, directory.file("other.bin"))
    #expect(refused.exitCode == 2)
    #expect(refused.diagnostics.contains("activation_function = gelu"))
  }

  @Test func evaluate() throws {
    let result = try Command("evaluate", "--model", checkpoint, "--data", tokens, "-t", "10")
    #expect(result.exitCode == 0)
    #expect(result.output.contains("loss"))
  }
}
