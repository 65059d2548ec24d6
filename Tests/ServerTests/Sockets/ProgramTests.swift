#if Server
  import Foundation
  import GPT2ModelFiles
  import TestSupport
  import Testing
  import GPT2Tokens

  /// The program itself, as a user starts it.
  @Suite(.serialized) struct ProgramTests {
    let directory: TemporaryDirectory

    init() throws {
      directory = try TemporaryDirectory()
      try Checkpoint.write(Fixture.parameters(), to: directory.file("small.bin"), replacing: false)
      try Tokenizer.byteLevel.write(to: directory.file("byte.bin"), replacing: false)
    }

    /// A request over a socket, stopping by a signal, and a log that tells no prompt.
    @Test func servesAndStops() async throws {
      let program = try await Program(
        "--model", directory.file("small.bin"), "--tokenizer", directory.file("byte.bin"))
      let client = try SocketClient(port: program.port)
      try await client.request("GET", "/v1/models")
      #expect(try await client.answer().json["data"][0]["id"].text == "small")
      try await client.request("POST", "/v1/completions", #"{"model": "x\nforged"}"#)
      #expect(try await client.answer().status == 404)
      try await client.request(
        "POST", "/v1/completions",
        #"{"prompt": "secret", "max_tokens": 400, "stream": true, "ignore_eos": true}"#)
      let beginning = try await client.receive(until: "data: ")
      program.signal(SIGTERM)
      #expect((beginning + (try await client.receive())).contains("data: [DONE]"))
      let (code, log) = await program.end()
      #expect(code == 0 && log.contains("stopped") && log.contains("seed="))
      #expect(!log.contains("secret") && log.contains("forged") && !log.contains("\nforged"))
    }

    @Test func aSecondSignalEndsItAtOnce() async throws {
      let program = try await Program(
        "--model", directory.file("small.bin"), "--tokenizer", directory.file("byte.bin"), "--max-tokens",
        "16777216")
      let client = try SocketClient(port: program.port)
      try await client.request(
        "POST", "/v1/completions",
        #"{"prompt": "A", "max_tokens": 16777216, "stream": true, "ignore_eos": true}"#)
      _ = try await client.receive(until: "data: ")
      program.signal(SIGINT)
      try await program.waitFor("stopping when all is answered")
      program.signal(SIGINT)
      #expect(await program.end().code == 130)
    }

    /// Loaded again with what is there now; a file that cannot be used leaves the model as it was.
    @Test func loadsAgain() async throws {
      let model = directory.file("small.bin")
      let program = try await Program("--model", model, "--tokenizer", directory.file("byte.bin"))
      program.signal(SIGHUP)
      try await program.waitFor("loaded the models again")
      try FileManager.default.moveItem(atPath: model, toPath: model + ".away")
      program.signal(SIGHUP)
      try await program.waitFor("the models stay as they were")
      let client = try SocketClient(port: program.port)
      try await client.request("POST", "/v1/completions", #"{"prompt": "A", "max_tokens": 2}"#)
      #expect(try await client.answer().status == 200)
      program.signal(SIGTERM)
      #expect(await program.end().code == 0)
    }

    @Test(arguments: [
      ([], "no model"), (["--model", "a/same.bin", "--model", "b/same.gguf"], "called 'same'"),
      (["--model", "nowhere.bin"], "nowhere.bin"), (["--model", "x", "--quantize", "q99"], "q99"),
      (["--model", "x", "--draft", "guess"], "guess"), (["--model", "x", "--port", "70000"], "--port"),
      (["--model", "x", "--certificate", "c.pem"], "belong together"),
      (["--model", "x", "--tokenizer", "other=t"], "other"),
      (["--model", "x", "--api-key-file", "none"], "none"),
      (["--model", "x", "--precision", "fp8"], "fp8"), (["--model", "x", "--places", "0"], "--places"),
    ])
    func whatCannotBeUsedIsRefused(arguments: [String], word: String) throws {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: Program.path)
      process.arguments = arguments
      let diagnostics = Pipe()
      process.standardError = diagnostics
      try process.run()
      let text = String(decoding: diagnostics.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 2 && text.contains(word), "\(text)")
    }
  }

  /// A gpt2-serve that runs beside the test.
  final class Program: @unchecked Sendable {
    // `@unchecked`: `log` is behind `lock`; the process is made once.
    private let process = Process()
    private let lock = NSLock()
    private var log = ""
    private(set) var port = 0

    /// The executable is built into the directory that the test runner is in.
    static var path: String {
      let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
      let runner = bundle ?? URL(fileURLWithPath: CommandLine.arguments[0])
      return runner.deletingLastPathComponent().appendingPathComponent("gpt2-serve").path
    }

    /// Starts it, and returns once it listens.
    init(_ arguments: String...) async throws {
      process.executableURL = URL(fileURLWithPath: Self.path)
      process.arguments = arguments + ["--port", "0", "--threads", "2"]
      let diagnostics = Pipe()
      process.standardError = diagnostics
      try process.run()
      Thread.detachNewThread { [weak self] in
        while case let more = diagnostics.fileHandleForReading.availableData, !more.isEmpty {
          guard let self else { return }
          lock.withLock { log += String(decoding: more, as: UTF8.self) }
        }
      }
      try await waitFor(" listening")
      let address = text.range(of: "address=http://127.0.0.1:").map { text[$0.upperBound...] } ?? ""
      port = Int(address.prefix { $0.isNumber }) ?? 0
    }

    deinit { if process.isRunning { process.terminate() } }

    private var text: String { lock.withLock { log } }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits until something is in the log.
    func waitFor(_ words: String) async throws {
      for _ in 0..<6000 where !text.contains(words) && process.isRunning {
        try await Task.sleep(for: .milliseconds(10))
      }
      try #require(text.contains(words), "\(text)")
    }

    /// Waits for its end.
    func end() async -> (code: Int32, log: String) {
      for _ in 0..<6000 where process.isRunning { try? await Task.sleep(for: .milliseconds(10)) }
      try? await Task.sleep(for: .milliseconds(100))
      return (process.isRunning ? -1 : process.terminationStatus, text)
    }
  }
#endif
