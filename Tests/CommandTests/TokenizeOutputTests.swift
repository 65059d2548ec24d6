import Foundation
import TestSupport
import Testing

/// What `tokenize` writes, and what it leaves when it is stopped.
@Suite struct TokenizeOutputTests {
  private let directory: TemporaryDirectory
  private let tokenizer: String
  private var prefix: String { directory.file("out") }

  init() throws {
    directory = try TemporaryDirectory()
    tokenizer = directory.file("byte.bin")
    _ = try Command("tokenize", "--byte-level", tokenizer)
  }

  private struct Summary: Decodable, Equatable {
    struct Output: Decodable, Equatable {
      let path: String
      let tokens: Int
    }
    let files: Int
    let documents: Int
    let bytes: Int
    let tokens: Int
    let seconds: Double
    let outputs: [Output]
    let skipped: [String: Int]
  }

  @Test func shardsAndASummary() throws {
    let folder = directory.file("folder")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    for name in ["a", "b", ".c"] { _ = try directory.write(Array("12\n\n345".utf8), to: "folder/" + name) }
    let result = try Command(
      "tokenize", folder, "--tokenizer", tokenizer, "--output", prefix, "--shard-tokens", "7", "--json",
      "--documents", "blank-line")
    #expect(result.exitCode == 0)
    let summary = try JSONDecoder().decode(Summary.self, from: Data(result.output.utf8))
    let names = ["out_val_000000.bin", "out_train_000001.bin", "out_train_000002.bin"]
    #expect(summary.files == 2)
    #expect(summary.documents == 4)
    #expect(summary.bytes == 14)
    #expect(summary.tokens == 18)
    #expect((0..<100).contains(summary.seconds))
    #expect(
      summary.outputs == zip(names, [7, 7, 4]).map { .init(path: directory.file($0), tokens: $1) })
    #expect(summary.skipped == ["hidden": 1])
    #expect(try directory.names() == (names + ["byte.bin", "folder"]).sorted())
    #expect(result.diagnostics.contains("out_train_000002.bin is shorter than GPT-2's 1,024 positions"))

    let again = try Command(
      "tokenize", folder, "--tokenizer", tokenizer, "--output", prefix, "--shard-tokens", "10")
    #expect(again.exitCode == 2)
    #expect(again.diagnostics.contains("out_val_000000.bin: already exists"))
    let fewer = try Command(
      "tokenize", folder, "--tokenizer", tokenizer, "--output", prefix, "--shard-tokens", "10", "--overwrite")
    #expect(fewer.exitCode == 0)
    #expect(fewer.diagnostics.contains("out_train_000002.bin is from an earlier time; remove it"))
  }

  @Test func theThreadsDoNotShow() throws {
    var random = SeededRandom(seed: 17)
    let words = ["king", "don't", " ", "  ", "\n\n", "世界", "12", "!", "\n"]
    let text = (0..<200_000).map { _ in words[Int.random(in: 0..<words.count, using: &random)] }.joined()
    let path = try directory.write(Array(text.utf8), to: "text")
    let small = TestFiles.fixture("tokenizer/small.bin")
    var files: [[Data]] = []
    for threads in ["1", "2", "5"] {
      let result = try Command(
        "tokenize", path, "--tokenizer", small, "--output", prefix, "--threads", threads, "--overwrite")
      #expect(result.exitCode == 0)
      files.append(
        try ["_val.bin", "_train.bin"].map { try Data(contentsOf: URL(fileURLWithPath: prefix + $0)) })
    }
    #expect(files[0][1].count > 500_000)
    let areSame = files[1] == files[0] && files[2] == files[0]
    #expect(areSame)
  }

  /// Standard input that has more to come: the work is not done when the signal is sent.
  @Test(
    arguments: [SIGINT, SIGTERM, SIGHUP], [[], ["--shard-tokens", "1000"], ["--byte-level", "new.bin"]])
  func aSignalLeavesNothing(signal: Int32, options: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Command.path)
    process.currentDirectoryURL = URL(fileURLWithPath: directory.path)
    process.arguments =
      ["tokenize", "-", "--tokenizer", tokenizer, "--output", prefix, "--threads", "2"] + options
    let input = Pipe()
    let diagnostics = Pipe()
    process.standardInput = input
    process.standardError = diagnostics
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    // More than a pipe holds: that it was all taken says that the work has begun.
    let text = String(repeating: "to be or not to be\n\n", count: 50_000)
    try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    let during = try directory.names()
    #expect(during.contains { $0.contains(".partial-") })
    #expect(!during.contains { $0.hasPrefix("out_") && $0.hasSuffix(".bin") })
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 128 + signal)
    #expect(try directory.names() == ["byte.bin"])
    let words = String(decoding: diagnostics.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    // On a busy machine a line of progress may come before.
    #expect(
      words.split(separator: "\n").filter { !$0.contains(" MB/s") } == ["interrupted; nothing was written"])
    try input.fileHandleForWriting.close()
  }

  #if os(Linux)
    /// A pipe that nobody writes to: once it is open, one signal is enough.
    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func aSignalWhileThereIsNoWriter(signal: Int32) throws {
      let pipe = directory.file("pipe")
      try #require(mkfifo(pipe, 0o600) == 0)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: Command.path)
      process.arguments = ["tokenize", pipe, "--tokenizer", tokenizer, "--output", prefix]
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      defer { kill(process.processIdentifier, SIGKILL) }
      let open = "/proc/\(process.processIdentifier)/fd"
      func isOpen() throws -> Bool {
        try FileManager.default.contentsOfDirectory(atPath: open).contains {
          (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(open)/\($0)")) == pipe
        }
      }
      for _ in 0..<6000 where try !isOpen() { usleep(10_000) }
      try #require(try isOpen(), "it waits to open it")
      kill(process.processIdentifier, signal)
      for _ in 0..<6000 where process.isRunning { usleep(10_000) }
      #expect(!process.isRunning && process.terminationStatus == 128 + signal)
    }
  #endif
}
