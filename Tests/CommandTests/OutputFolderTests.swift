import Foundation
import TestSupport
import Testing

/// `--output data/x` makes `data` in every command, and leaves none behind where nothing was written. Texts that `train`
/// is given as data have their command named.
@Suite struct OutputFolderTests {
  private let workspace: Workspace
  private var directory: TemporaryDirectory { workspace.directory }
  private var text: String { directory.file("text.txt") }
  private let tiny = TestFiles.fixture("tiny.bin")

  init() throws { workspace = try Workspace() }

  private func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: directory.file(name)) }

  @Test func everyCommandMakesThem() throws {
    let bytes = directory.file("bytes/of/tokenizer.bin")
    #expect(try Command("tokenize", "--byte-level", bytes).exitCode == 0)
    let tokens = try Command(
      "tokenize", text, "--tokenizer", bytes, "--output", directory.file("data/deep/text"))
    #expect(tokens.exitCode == 0, "\(tokens.diagnostics)")
    #expect(exists("data/deep/text_train.bin"))
    for (name, more) in [("gguf/m.gguf", ["--without-tokenizer"]), ("bin/m.bin", []), ("folder/m/", [])] {
      let result = try Command(["convert", tiny, directory.file("converted/" + name)] + more)
      #expect(result.exitCode == 0, "\(result.diagnostics)")
    }
    let run = try workspace.train(output: "runs/deep/book")
    #expect(run.exitCode == 0, "\(run.diagnostics)")
    #expect(exists("runs/deep/book/DONE_00000003"))
    let page = directory.file("pages/of/book.html")
    #expect(try Command("report", directory.file("runs/deep/book"), "--output", page).exitCode == 0)
    #expect(exists("pages/of/book.html"))
    let lesson = try Command(
      ["micrograd", "--output", directory.file("lessons/deep/micrograd")], executable: Command.ladder)
    #expect(lesson.exitCode == 0, "\(lesson.diagnostics)")
  }

  @Test func nothingIsLeftWhereNothingWasWritten() throws {
    let before = try directory.names()
    let short = try directory.write(Array("a".utf8), to: "short")
    try FileManager.default.removeItem(atPath: short)
    _ = try directory.write(Array("a".utf8), to: "short")
    let tokens = try Command(
      "tokenize", short, "--tokenizer", workspace.tokenizer, "--output", directory.file("new/a/b"))
    #expect(tokens.exitCode == 2, "\(tokens.diagnostics)")
    let converted = try Command("convert", text, directory.file("new/a/m.gguf"))
    #expect(converted.exitCode == 2)
    let trained = try workspace.train("--batch-size", "1000", output: "new/run")
    #expect(trained.exitCode == 2)
    #expect(try Command("report", directory.path, "--output", directory.file("new/r.html")).exitCode == 2)
    #expect(try directory.names() == (before + ["short"]).sorted())
  }

  @Test func whatIsInTheWayIsSaidBeforeTheWork() throws {
    let run = try workspace.train(output: "text.txt/run")
    expectRefusal(run, naming: "text.txt/run: found a file, expected a directory")
    let tokens = try Command(
      "tokenize", text, "--tokenizer", workspace.tokenizer, "--output", directory.file("text.txt/x"))
    expectRefusal(tokens, naming: "found a file, expected a directory")
  }

  // MARK: - Texts as data

  private func train(_ data: String, model: String = "d1", _ more: String...) throws -> Command {
    try Command(["train", "--model", model, "--data", data, "--output", directory.file("run")] + more)
  }

  /// The command between two words of a message, as a shell would take it.
  private func command(in message: String, after start: String, before end: String) throws -> [String] {
    let rest = try #require(message.components(separatedBy: start).last, "no \(start) in \(message)")
    return try #require(rest.components(separatedBy: end).first).split(separator: " ").map(String.init)
  }

  /// The command that is named works as it is typed.
  @Test func aTextNamesTheCommandThatTakesIt() throws {
    let result = try train(text, "--tokenizer", workspace.tokenizer)
    expectRefusal(result, naming: "\(text): found what looks like text, expected a token file")
    #expect(result.diagnostics.split(separator: "\n").count == 1)
    var words = try command(
      in: result.diagnostics, after: "make token files of it with: ", before: ", and name ")
    #expect(words.prefix(2) == ["gpt2", "tokenize"])
    #expect(words.suffix(2) == ["--output", "data/text"])
    words[words.count - 1] = directory.file("data/text")
    #expect(try Command(Array(words.dropFirst())).exitCode == 0)
    #expect(result.diagnostics.hasSuffix(", and name data/text_train.bin\n"))
    #expect(exists("data/text_train.bin"))
  }

  @Test func aFolderOfTextsNamesFinetune() throws {
    let notes = directory.file("notes")
    try FileManager.default.createDirectory(atPath: notes, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: text, toPath: notes + "/text.txt")
    let result = try train(notes + "/", model: tiny, "--tokenizer", workspace.tokenizer)
    expectRefusal(result, naming: "found a folder, expected a token file")
    let words = try command(in: result.diagnostics, after: "train on it with: ", before: ", or make")
    #expect(
      words == [
        "gpt2", "finetune", notes + "/", "--model", tiny, "--tokenizer", workspace.tokenizer, "--output",
        directory.file("run"),
      ])
    let new = try train(notes)
    expectRefusal(new, naming: "tokenize \(notes) --byte-level data/notes_tokenizer.bin --output data/notes")
    #expect(!new.diagnostics.contains("finetune"))
    #expect(!exists("run"))
  }

  @Test func aFolderOfTokenFilesNamesThem() throws {
    let result = try train(directory.path, "--validation", directory.path)
    expectRefusal(
      result,
      naming:
        "found a folder, expected token files; name those in it: --data '\(directory.path)/*_train*.bin'")
    let validation = try train(workspace.training, "--validation", directory.path)
    expectRefusal(validation, naming: "--validation '\(directory.path)/*_val*.bin'")
    let textual = try train(workspace.training, "--validation", text)
    expectRefusal(textual, naming: "looks like text", "and name data/text_val.bin")
  }
}
