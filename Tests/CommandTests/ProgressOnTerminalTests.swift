import Foundation
import TestSupport
import Testing

@testable import GPT2Terminal
@testable import gpt2

/// Progress as commands draw it on terminals of several widths: it never fills the row, for then it would wrap.
@Suite struct ProgressOnTerminalTests {
  private static let widths = [60, 80, 100, 140]
  private let workspace: Workspace
  private let terminal: TerminalColumns

  init() throws { (workspace, terminal) = (try Workspace(), try TerminalColumns()) }

  private var train: [String] {
    [
      "train", "--model", "d1", "--positions", "16", "--data", workspace.training, "--validation",
      workspace.validation, "--tokenizer", workspace.tokenizer, "--batch-size", "2", "--sequence-length",
      "16",
      "--threads", "1", "--output", workspace.directory.file("run"),
    ]
  }

  private func expect(_ run: TerminalRun, fits columns: Int, from first: Int = 0, beginning: String? = nil) {
    #expect(run.exitCode == 0, "\(run.shown)")
    #expect(run.drawnRows.count > first, "\(run.shown)")
    for row in run.drawnRows.dropFirst(first) {
      #expect(terminal.width(of: row) < columns, "\(columns): \(row)")
      if let beginning { #expect(row.contains(beginning), "\(row)") }
    }
  }

  @Test(arguments: widths) func training(columns: Int) throws {
    let run = try TerminalRun(train + ["--steps", "5"], columns: columns)
    expect(run, fits: columns, beginning: " left")
    let row = try #require(run.drawnRows.last)
    #expect(row.hasPrefix("0:00 left"))
    #expect(row.contains("step 5/5 | loss "))
    #expect(row.contains("[====") == (columns == 140) && row.contains(" | lr ") == (columns == 140))
  }

  /// What a terminal had been given before the window was made narrower may be as wide as that was.
  @Test func aWindowMadeNarrower() throws {
    let run = try TerminalRun(train + ["--steps", "150"], columns: 140, narrowed: 60)
    let rows = run.drawnRows.map { terminal.width(of: $0) }
    let first = try #require(rows.firstIndex { $0 < 60 })
    expect(run, fits: 140)
    expect(run, fits: 60, from: first)
    #expect(first > 0 && first < rows.count - 1)
  }

  @Test(arguments: widths) func evaluating(columns: Int) throws {
    let model = workspace.directory.file("model.bin")
    try FileManager.default.copyItem(atPath: TestFiles.fixture("tiny.bin"), toPath: model)
    let name = try workspace.directory.write(
      Fixtures.tokenFile((0..<400).map { UInt16($0 % 7) }),
      to: "世界の本棚からの長い名前のファイル_" + String(repeating: "章", count: 20) + ".bin")
    let run = try TerminalRun(["evaluate", "-m", model, "--data", name, "-t", "4"], columns: columns)
    expect(run, fits: columns, beginning: ".bin: ")
    #expect(run.drawnRows.last?.contains("left | …") ?? false || columns == 140)
  }

  /// From a pipe that has no more to say for a while, as work of less than a second shows no progress.
  @Test(arguments: widths) func tokenizing(columns: Int) throws {
    let pipe = workspace.directory.file("text")
    try #require(mkfifo(pipe, 0o600) == 0)
    let text = String(repeating: "To be, or not to be, that is the question.\n\n", count: 20_000)
    let writer = Thread {
      // Opened once there is a reader, whose clock starts about then.
      guard let output = FileHandle(forWritingAtPath: pipe) else { return }
      try? output.write(contentsOf: Data(text.utf8))
      Thread.sleep(forTimeInterval: 1.5)
      try? output.write(contentsOf: Data(text.utf8))
      try? output.close()
    }
    writer.start()
    let run = try TerminalRun(
      [
        "tokenize", pipe, "--tokenizer", workspace.tokenizer, "-o", workspace.directory.file("long"),
        "--threads",
        "1",
      ], columns: columns)
    expect(run, fits: columns, beginning: " MB | ")
  }

  @Test(arguments: widths) func verifying(columns: Int) throws {
    let run = try TerminalRun(
      ["verify", "-m", TestFiles.fixture("tiny.bin"), "--state", TestFiles.fixture("tiny_debug_state.bin")],
      columns: columns)
    expect(run, fits: columns)
  }

  @Test(arguments: widths) func timing(columns: Int) throws {
    let run = try TerminalRun(
      [
        "bench", "decode", "-m", "d1", "--positions", "16", "--vocabulary-size", "64", "--prompt-length", "8",
        "-t", "8", "--generated-tokens", "1", "--repetitions", "1", "--memory", "1", "--quick",
      ], columns: columns)
    expect(run, fits: columns, beginning: "timing: ")
  }

  @Test(arguments: widths) func climbing(columns: Int) throws {
    let run = try TerminalRun(["micrograd", "--steps", "3"], executable: Command.ladder, columns: columns)
    expect(run, fits: columns, beginning: "moons: step ")
  }

  @Test(arguments: widths) func finetuning(columns: Int) throws {
    _ = try workspace.train("--steps", "1", output: "base")
    let run = try TerminalRun(
      [
        "finetune", workspace.directory.file("text.txt"), "-m", workspace.directory.file("base"), "--steps",
        "3",
        "--threads", "1", "-o", workspace.directory.file("tuned"),
      ], columns: columns)
    expect(run, fits: columns)
  }

  /// The models that fetch knows are too large for a test to send.
  @Test(arguments: widths) func fetching(columns: Int) throws {
    for (received, total) in [(0, 548_105_171), (210 << 20, 548_105_171), (3 << 30, nil)] as [(Int, Int?)] {
      let row = FetchPrinter.progress("model-00001-of-00002.safetensors", received, of: total, speed: 12.3e6)
      #expect(terminal.width(of: row.row(columns: columns)) < columns)
      #expect(row.row(columns: columns).contains(" left") == (total != nil))
    }
    #expect(
      FetchPrinter.progress("model.safetensors", 210 << 20, of: 548_105_171, speed: 0).text
        == "--:-- left | model.safetensors: 210 MiB of 523 MiB")
  }
}
