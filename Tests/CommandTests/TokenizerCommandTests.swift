import Foundation
import TestSupport
import Testing

/// `gpt2 tokenizer train`.
@Suite struct TokenizerCommandTests {
  private let directory: TemporaryDirectory
  private let text: String

  init() throws {
    directory = try TemporaryDirectory()
    text = directory.file("text.txt")
    let verse = "To be, or not to be, that is the question.\n\nWhether 'tis nobler in the mind\n"
    try directory.write(String(repeating: verse, count: 20), to: "text.txt")
  }

  private func train(_ arguments: String..., input: String? = nil) throws -> Command {
    try Command(["tokenizer", "train"] + arguments, input: input)
  }

  /// From own text to a model that speaks.
  @Test(arguments: ["made.bin", "made/"]) func theWholeRoad(name: String) throws {
    let tokenizer = directory.file(name)
    let trained = try train(text, "--vocabulary-size", "290", "--output", tokenizer, "--json")
    #expect(trained.exitCode == 0, "\(trained.diagnostics)")
    #expect(trained.diagnostics.contains("wrote \(tokenizer): 290 tokens, of 33 merges"))
    struct Summary: Decodable {
      let bytes: Int
      let merges: Int
      let tokens: Int
      let pieces: Int
      let vocabularySize: Int
    }
    let summary = try JSONDecoder().decode(Summary.self, from: Data(trained.output.utf8))
    #expect(summary.bytes == 20 * 76 && summary.merges == 33 && summary.vocabularySize == 290)
    #expect(summary.pieces > 15 && summary.tokens < 20 * 40)
    let prefix = directory.file("text")
    let tokens = try Command("tokenize", text, "--tokenizer", tokenizer, "--output", prefix)
    #expect(tokens.exitCode == 0, "\(tokens.diagnostics)")
    let run = directory.file("run")
    let training = try Command(
      "train", "--model", "d1", "--positions", "16", "--data", prefix + "_train.bin", "--tokenizer",
      tokenizer,
      "--output", run, "-b", "2", "-t", "16", "--steps", "2")
    #expect(training.exitCode == 0, "\(training.diagnostics)")
    let spoken = try Command("generate", "--model", run, "--prompt", "To be", "-n", "4", "--seed", "1")
    #expect(spoken.exitCode == 0 && spoken.output.hasPrefix("To be"), "\(spoken.diagnostics)")
  }

  @Test func textsComeFromFoldersAndStandardInput() throws {
    try directory.write("ab ab ab", to: "folder/a.txt")
    try directory.write("cd cd cd", to: "folder/b.md")
    let folder = try train(
      directory.file("folder"), "--extension", "txt", "--vocabulary-size", "258", "--output",
      directory.file("folder.bin"))
    #expect(folder.exitCode == 0, "\(folder.diagnostics)")
    #expect(folder.diagnostics.contains("1 of another extension"))
    let piped = try train(
      "-", "--vocabulary-size", "258", "--output", directory.file("piped.bin"), "--threads", "2",
      input: "ab ab ab")
    #expect(piped.exitCode == 0, "\(piped.diagnostics)")
    #expect(
      try Data(contentsOf: URL(filePath: directory.file("folder.bin")))
        == Data(contentsOf: URL(filePath: directory.file("piped.bin"))))
  }

  @Test func outputsAreNotOverwrittenUnlessAsked() throws {
    for name in ["made.bin", "made/"] {
      let output = directory.file(name)
      #expect(try train(text, "--vocabulary-size", "260", "--output", output).exitCode == 0)
      let again = try train(text, "--vocabulary-size", "270", "--output", output)
      expectRefusal(again, naming: "already exists")
      #expect(try train(text, "--vocabulary-size", "270", "--output", output, "--overwrite").exitCode == 0)
    }
  }

  @Test(arguments: [
    (
      ["--vocabulary-size", "256"],
      "--vocabulary-size: found a vocabulary of 256 tokens, expected 257 to 65536"
    ),
    (["--vocabulary-size", "65537"], "expected 257 to 65536"),
    (
      ["--minimum-frequency", "0"], "--minimum-frequency: found a minimum frequency of 0, expected at least 1"
    ),
    (["--special-token", "<|a|>"], "A .bin file has no room for --special-token"),
    (["--special-token", ""], "--special-token: found the special token '' of 0 bytes"),
    (["--field", "a"], "--field is for --documents jsonl only"),
    (["--extension", "."], "--extension is empty"),
    (["--threads", "0"], "--threads is 0"),
    ([], "text.txt: found a text that allows no more than"),
  ])
  func refusesWhatLeadsNowhere(arguments: [String], message: String) throws {
    let output = directory.file("made.bin")
    expectRefusal(try Command(["tokenizer", "train", text, "--output", output] + arguments), naming: message)
    #expect(try directory.names() == ["text.txt"])
  }

  @Test func refusesWhatIsNoText() throws {
    try directory.write("", to: "empty.txt")
    _ = try directory.write([0x89, 0x50, 0, 1, 2, 3], to: "picture")
    try directory.write("no JSON", to: "lines.jsonl")
    func expect(_ arguments: [String], _ message: String) throws {
      let words = ["tokenizer", "train"] + arguments + ["--output", directory.file("made.bin")]
      expectRefusal(try Command(words), naming: message)
    }
    try expect([directory.file("empty.txt")], "empty.txt: found that the text is empty")
    try expect([directory.file("picture")], "picture: found")
    try expect([directory.file("lines.jsonl"), "--documents", "jsonl"], "lines.jsonl")
    try expect([directory.file("nowhere")], "nowhere: ")
    expectRefusal(
      try train(text, "--output", directory.file("made.txt")), naming: "made.txt, expected a name")
    #expect(try directory.names() == ["empty.txt", "lines.jsonl", "picture", "text.txt"])
  }

  /// Standard input that does not end is given up.
  @Test func anInterruptionLeavesNothing() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Command.path)
    process.arguments = ["tokenizer", "train", "-", "--output", directory.file("made/")]
    let (input, diagnostics) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardError = diagnostics
    try process.run()
    // More than a pipe holds is read, so it waits for the rest by then.
    try input.fileHandleForWriting.write(contentsOf: Data(repeating: UInt8(ascii: "a"), count: 1 << 20))
    process.terminate()
    let said = String(decoding: diagnostics.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try input.fileHandleForWriting.close()
    #expect(process.terminationReason == .exit && process.terminationStatus == 128 + SIGTERM)
    #expect(said == "interrupted; nothing was written\n")
    #expect(try directory.names() == ["text.txt"])
  }
}
