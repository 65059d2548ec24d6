import Foundation
import TestSupport
import Testing

@Suite struct BenchCommandTests {
  private static let tiny = [
    "bench", "--model", "d1", "--vocabulary-size", "300", "--positions", "16", "--sequence-length", "8",
    "--batch-size", "2", "--prompt-length", "8", "--memory", "1", "--repetitions", "1", "--quick",
  ]

  @Test func theTableHasEverySectionButGrowth() throws {
    let result = try Command(Self.tiny)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    for text in [
      "peaks  ", "1 thread ", "an empty region", "a training step's operations, B=2 T=8", "a prompt's, T=8",
      "a single token's", "prefill, T=8", "decoding, after 8 tokens", "training, B=2 T=8",
      "the whole, measured as such",
    ] {
      #expect(result.output.contains(text), "no \(text) in\n\(result.output)")
    }
    #expect(!result.output.contains("as batches grow"))
    #expect(!result.output.contains { $0 == "\u{1B}" })
    #if DEBUG
      #expect(result.output.hasPrefix("a debug build: these figures mean nothing"))
    #endif
  }

  @Test func jsonIsOneObjectWithWhatWasNamed() throws {
    let result = try Command(Self.tiny + ["growth", "prefill", "--json", "--threads", "1"])
    #expect(result.exitCode == 0)
    let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    let sections = try #require(object?["sections"] as? [[String: Any]])
    #expect(sections.map { $0["kind"] as? String } == ["prefill", "growth"])
    #expect((object?["settings"] as? [String: Any])?["threads"] as? Int == 1)
  }

  @Test func clusterSaysWhatManyMachinesTake() throws {
    let cluster = ["--machines", "2", "--machines", "4", "--price", "2", "--total-batch-size", "64"]
    let result = try Command(Self.tiny + ["cluster"] + cluster)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let words = [
      "measured, of a process", "tokens/s", "assumed", "10.000 Gbit/s", "  machines ", "within a week: ",
      "within a day: ",
    ]
    for text in words {
      #expect(result.output.contains(text), "no \(text) in\n\(result.output)")
    }
    let json = try Command(Self.tiny + ["cluster", "--json", "--latency", "7"] + cluster)
    #expect(json.exitCode == 0)
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    let plans = try #require(object?["plans"] as? [[String: Any]])
    #expect(plans.map { $0["machines"] as? Int } == [2, 4])
    let settings = try #require(object?["cluster"] as? [String: Any])
    let network = try #require(settings["network"] as? [String: Any])
    #expect(network["bandwidth"] as? Double == 1.25e9)
    #expect(abs((network["latency"] as? Double ?? 0) - 7e-6) < 1e-12)
    // Of a given speed: what it costs is days · 24 · price · machines.
    for plan in plans {
      let days = try #require(plan["days"] as? Double)
      let machines = try #require(plan["machines"] as? Int)
      let cost = try #require(plan["cost"] as? Double)
      #expect(abs(cost - days * 24 * 2 * Double(machines)) <= 1e-9 * cost)
    }
  }

  @Test(arguments: [
    (["--machines", "3"], "--machines is 3, expected a power of two"),
    (["--machines", "8"], "expected at most 4"),
    (["--total-batch-size", "40"], "expected a multiple of B x T = 16"),
    (["--processes-per-machine", "0"], "--processes-per-machine is 0"),
    (["--processes-per-machine", "8"], "expected a divisor of the 4 batches"),
    (["--latency=-1"], "--latency is -1"), (["--bandwidth", "0"], "--bandwidth is 0"),
    (["--speed", "nan"], "--speed is nan"), (["--price=-2"], "--price is -2"),
    (["--tokens", "0"], "--tokens is 0"),
    (["--speed", "1", "--tokens-per-second", "5"], "exclude each other"),
    (["train"], "cluster is measured by itself"),
  ])
  func clustersThatCannotBe(arguments: [String], message: String) throws {
    let usual = arguments.contains("--total-batch-size") ? [] : ["--total-batch-size", "64"]
    let result = try Command(Self.tiny + ["cluster"] + usual + arguments)
    #expect(result.exitCode == 2)
    #expect(result.output.isEmpty)
    #expect(result.diagnostics.contains(message), "\(result.diagnostics)")
  }

  @Test func optionsOfClusterAreForItAlone() throws {
    let result = try Command(Self.tiny + ["train", "--bandwidth", "10"])
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains("--bandwidth is for cluster, which was not named"))
  }

  @Test(arguments: [
    ["everything"], ["--model", "d13"], ["--batch-size", "0"], ["--sequence-length", "1025"],
    ["--prompt-length", "0"], ["--precision", "fp8"], ["--repetitions", "0"], ["--memory", "0"],
    ["--threads", "0"], ["--vocabulary-size", "1"], ["--batch-size", "1000000", "--sequence-length", "1024"],
  ])
  func optionsThatCannotBeUsed(arguments: [String]) throws {
    let result = try Command(["bench"] + arguments)
    #expect(result.exitCode == 2)
    #expect(result.output.isEmpty)
    #expect(!result.diagnostics.isEmpty)
  }

  @Test func lengthsThatAreNotGivenFitThePositions() throws {
    let result = try Command(
      "bench", "prefill", "--model", "1x2x16", "--positions", "16", "--vocabulary-size", "64", "--memory",
      "1",
      "--repetitions", "1", "--threads", "1", "--json")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let settings = try #require(report["settings"] as? [String: Any])
    #expect(settings["promptLength"] as? Int == 16 && settings["sequenceLength"] as? Int == 16)
  }

  @Test func helpTeaches() throws {
    let result = try Command("bench", "--help")
    #expect(result.exitCode == 0)
    #expect(result.output.contains("  gpt2 bench growth"))
  }

  @Test func aSignalEndsIt() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Command.path)
    process.arguments = Self.tiny + ["--repetitions", "100000"]
    let (output, diagnostics) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = diagnostics
    try process.run()
    // The first line means that measuring has begun.
    _ = diagnostics.fileHandleForReading.availableData
    process.interrupt()
    #expect(output.fileHandleForReading.readDataToEndOfFile().isEmpty)
    process.waitUntilExit()
    try #require(process.terminationReason == .exit)
    #expect(process.terminationStatus == 130)
  }

  /// Thresholds of the tiny model's conditions, with one share for the training step.
  private func thresholds(_ share: Double, operation: String = "training step") throws -> (
    TemporaryDirectory, String
  ) {
    let measured = try Command(Self.tiny + ["train", "--json", "--threads", "1"])
    let object = try JSONSerialization.jsonObject(with: Data(measured.output.utf8)) as? [String: Any]
    let settings = try #require(object?["settings"] as? [String: Any])
    let machine = try #require(object?["machine"] as? [String: Any])
    let conditions: [String: Any] = [
      "kernels": machine["kernels"] ?? "", "threads": 1, "precision": "fp32", "weights": "fp32",
      "layers": settings["layers"] ?? 0, "channels": settings["channels"] ?? 0, "batchSize": 2,
      "sequenceLength": 8,
      "promptLength": 8,
    ]
    let threshold: [String: Any] = ["section": "training", "operation": operation, "share": share]
    let file: [String: Any] = [
      "version": 1, "sets": [["conditions": conditions, "thresholds": [threshold]]],
    ]
    let directory = try TemporaryDirectory()
    let bytes = try JSONSerialization.data(withJSONObject: file)
    return (directory, try directory.write(Array(bytes), to: "thresholds.json"))
  }

  @Test func thresholdsThatAreKept() throws {
    let (directory, path) = try thresholds(1e-9)
    defer { withExtendedLifetime(directory) {} }
    let result = try Command(Self.tiny + ["--thresholds", path, "--threads", "1"])
    // Where other tests are at work, maybe no measurement counts.
    let isKnown = !result.output.contains("nothing is known: something else used this machine")
    #expect(result.exitCode == (isKnown ? 0 : 1), "\(result.diagnostics)")
    #expect(!isKnown || result.output.contains("all 1 are kept; measured "))
    #expect(result.output.contains("no threshold for forward; "))
    let json = try Command(Self.tiny + ["--thresholds", path, "--threads", "1", "--json"])
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect(object?["isKept"] as? Bool == (json.exitCode == 0))
    let other = try Command(Self.tiny + ["prefill", "--thresholds", path, "--threads", "1"])
    expectRefusal(other, naming: "\(path): found no thresholds of prefill")
    let threads = try Command(Self.tiny + ["--thresholds", path, "--threads", "2"])
    expectRefusal(threads, naming: "\(path): found thresholds of", "expected those of", "on 2 threads")
  }

  @Test func thresholdsThatAreMissed() throws {
    // Ten times the peak is what no step reaches.
    let (directory, path) = try thresholds(10)
    defer { withExtendedLifetime(directory) {} }
    let result = try Command(Self.tiny + ["--thresholds", path, "--threads", "1"])
    #expect(result.exitCode == 1)
    guard !result.output.contains("nothing is known: something else used this machine") else { return }
    #expect(result.output.contains("1 of 1 are below what they must keep; measured 4 times"))
    #expect(
      result.output.split(separator: "\n").contains {
        $0.hasPrefix("  training step") && $0.hasSuffix("BELOW")
      })
  }

  @Test func thresholdsThatCannotBeUsed() throws {
    let directory = try TemporaryDirectory()
    let missing = directory.file("missing.json")
    try expectRefusal(Command(Self.tiny + ["--thresholds", missing]), naming: "\(missing): no such file")
    let path = try directory.write(Array("{}".utf8), to: "empty.json")
    try expectRefusal(Command(Self.tiny + ["--thresholds", path]), naming: "\(path): found something else")
    try expectRefusal(
      Command(Self.tiny + ["cluster", "--thresholds", path]), naming: "--thresholds is not for cluster")
    let (other, unknown) = try thresholds(1, operation: "training stop")
    defer { withExtendedLifetime(other) {} }
    try expectRefusal(
      Command(Self.tiny + ["--thresholds", unknown, "--threads", "1"]),
      naming: "a threshold for training stop of training")
  }
}
