import Foundation
import TestSupport
import Testing

/// What `tokenize` reads: folders, standard input, documents of several kinds, tokens without headers.
@Suite struct TokenizeInputTests {
  private let directory: TemporaryDirectory
  private let tokenizer: String
  private var prefix: String { directory.file("out") }

  init() throws {
    directory = try TemporaryDirectory()
    tokenizer = directory.file("byte.bin")
    _ = try Command("tokenize", "--byte-level", tokenizer)
  }

  private func tokenize(_ arguments: String..., input: String? = nil) throws -> Command {
    try Command(
      ["tokenize", "--output", prefix, "--tokenizer", tokenizer, "--overwrite"] + arguments, input: input)
  }

  /// The tokens in a file of the byte-level tokenizer, as text, with "|" for end-of-text.
  private func text(_ name: String) throws -> String {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: directory.file(name))).dropFirst(1024)
    let pairs = stride(from: bytes.startIndex, to: bytes.endIndex, by: 2)
    let characters = pairs.map { bytes[$0 + 1] == 1 ? UInt8(ascii: "|") : bytes[$0] }
    return String(decoding: characters, as: UTF8.self)
  }

  private func written() throws -> String { try text("out_val.bin") + text("out_train.bin") }

  @Test func aFolderIsReadInTheOrderOfItsPaths() throws {
    let folder = directory.file("notes")
    try FileManager.default.createDirectory(atPath: folder + "/sub", withIntermediateDirectories: true)
    for (name, text) in [
      ("notes/b.md", "second\n\nnote"), ("notes/a.txt", "first"), ("notes/sub/c.txt", "third"),
      ("notes/.hidden.txt", "no"), ("notes/image.txt", "\0"),
    ] { _ = try directory.write(Array(text.utf8), to: name) }
    let all = try tokenize(folder, "--split", "first", "--documents", "blank-line")
    #expect(all.exitCode == 0)
    #expect(try written() == "|first|second\n\n|note|third")
    let byDefault = try tokenize(folder, "--split", "first")
    #expect(byDefault.exitCode == 0)
    #expect(try written() == "|first|second\n\nnote|third")
    #expect(all.diagnostics.contains("skipped 2 files or folders: 1 hidden, 1 binary\n"))
    #expect(all.diagnostics.contains("  binary: \(folder)/image.txt\n"))

    let some = try tokenize(folder, "--extension", "txt", "--extension", ".swift", "--validation-tokens", "0")
    #expect(some.exitCode == 0)
    #expect(try text("out_train.bin") == "|first|third")
    let none = try tokenize(folder, "--extension", "swift")
    #expect(none.exitCode == 2)
    #expect(none.diagnostics.hasPrefix("gpt2: \(folder): found no text in this folder"))
  }

  /// Whole notes, from anywhere in the folder, the same ones for the same seed.
  @Test func wholeDocumentsOfAFolderAreForValidation() throws {
    let folder = directory.file("notes")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let notes = (10..<50).map { "# Note \($0)\n\n" + String(repeating: "word \($0) ", count: $0 % 7) }
    for (index, note) in notes.enumerated() {
      _ = try directory.write(Array(note.utf8), to: "notes/\(index + 10).md")
    }
    var seen: Set<String> = []
    for seed in ["1", "2", "2", "1337"] {
      let result = try tokenize(folder, "--seed", seed, "--json")
      #expect(result.exitCode == 0 && result.output.contains("\"documents\":40"))
      let drawn = try text("out_val.bin").split(separator: "|").map(String.init)
      let others = try text("out_train.bin").split(separator: "|").map(String.init)
      #expect(drawn.allSatisfy(notes.contains) && others == notes.filter { !drawn.contains($0) })
      #expect(
        result.output.contains("\"validationDocuments\":\(drawn.count)}") && drawn.count + others.count == 40)
      #expect(
        result.diagnostics.contains("validation: \(drawn.count) of 40 documents, drawn by seed \(seed), 1"))
      seen.insert(drawn.joined())
    }
    #expect(seen.count == 3)
    let usual = try text("out_val.bin")
    #expect(try tokenize(folder).exitCode == 0)
    #expect(try text("out_val.bin") == usual)
  }

  @Test func oneDocumentIsCutAloud() throws {
    let folder = directory.file("notes")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    _ = try directory.write(Array("one note\n\nand no more than that".utf8), to: "notes/a.md")
    let result = try tokenize(folder)
    #expect(result.exitCode == 0)
    #expect(
      result.diagnostics.contains("validation: there is only one document, so the last tokens are cut off, "))
    #expect(try text("out_train.bin") + text("out_val.bin") == "|one note\n\nand no more than that")
  }

  @Test func standardInputIsReadToItsEnd() throws {
    let text = String(repeating: "to be or not to be\n\n", count: 30_000)
    let result = try tokenize("-", "--threads", "2", input: text)
    #expect(result.exitCode == 0)
    let isSame = try written() == "|" + text.replacingOccurrences(of: "\n\n", with: "\n\n|")
    #expect(isSame)
    let empty = try tokenize("-")
    #expect(empty.exitCode == 2)
    #expect(empty.diagnostics.contains("gpt2: standard input: found that the text is empty"))
  }

  @Test(arguments: [
    ("blank-line", "a b\r\nc\n\nd", "|a b\nc\n\n|d"), ("line", "a b\r\nc\n\nd", "|a b|c|d"),
    ("file", "a b\r\nc\n\nd", "|a b\nc\n\nd"), ("jsonl", "{\"text\":\"abc\"}\n{\"text\":\"d\"}", "|abc|d"),
  ])
  func documentsAreWhatWasAskedFor(documents: String, text: String, expected: String) throws {
    let path = try directory.write(Array(text.utf8), to: "text")
    #expect(try tokenize(path, "--documents", documents, "--split", "first").exitCode == 0)
    #expect(try written() == expected)
  }

  /// The ids are tiktoken's of what llm.c's script reads in text mode.
  @Test(.enabled(if: TestFiles.data("gpt2_tokenizer.bin") != nil, "skipped: gpt2_tokenizer.bin not found"))
  func lineEndsOfWindowsAreReadAsPythonReadsThem() throws {
    let text = """
      First letter

      Dear friend,
      the ships have arrived.

      Second letter

      It is late.

      """
    let path = try directory.write(
      Array(text.replacingOccurrences(of: "\n", with: "\r\n").utf8), to: "letters")
    let result = try Command(
      "tokenize", path, "--tokenizer", TestFiles.data("gpt2_tokenizer.bin") ?? "", "--output", prefix,
      "--validation-tokens", "0", "--json")
    #expect(result.exitCode == 0)
    #expect(result.output.contains("\"documents\":4") && result.output.contains("\"convertedLineEnds\":8"))
    let notes = result.diagnostics.split(separator: "\n").filter { $0.contains("line ends of Windows") }
    #expect(
      notes == ["8 line ends of Windows (\\r\\n or \\r) were read as \\n; --raw takes the bytes as they are"])
    let plain = try directory.write(Array(text.utf8), to: "plain")
    let other = try Command(
      "tokenize", plain, "--tokenizer", TestFiles.data("gpt2_tokenizer.bin") ?? "", "--output",
      directory.file("plain"), "--validation-tokens", "0")
    #expect(!other.diagnostics.contains("Windows"))
    let files = try ["out_train.bin", "plain_train.bin"].map {
      try Data(contentsOf: URL(fileURLWithPath: directory.file($0)))
    }
    #expect(files[0] == files[1])
  }

  @Test func bytesAreKeptWhenAskedFor() throws {
    let path = try directory.write(Array("a b\r\nc\n\nd".utf8), to: "text")
    let result = try tokenize(path, "--raw")
    #expect(result.exitCode == 0 && !result.diagnostics.contains("Windows"))
    #expect(try written() == "|a b\r\nc\n\n|d")
  }

  @Test func whatIsNoTextIsNamed() throws {
    let pointer = Array("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n".utf8)
    for (bytes, words) in [
      (pointer, "found a git-lfs pointer, not the file it stands for"),
      ([1, 0, 2, 3, 4], "found a zero byte at position 1"),
    ] {
      let path = try directory.write(bytes, to: "text")
      expectRefusal(try tokenize(path), naming: "gpt2: \(path): \(words)")
      #expect(try !directory.names().contains("out_train.bin"))
    }
  }

  @Test func aLineWithoutItsFieldIsNamed() throws {
    let path = try directory.write(Array("{\"body\":\"abc\"}\n{}".utf8), to: "lines")
    let result = try tokenize(path, "--documents", "jsonl", "--field", "body")
    #expect(result.exitCode == 2)
    #expect(
      result.diagnostics.hasPrefix("gpt2: \(path): line 2: found '{}', expected a JSON object with a text"))
    #expect(try directory.names() == ["byte.bin", "lines"])
  }

  @Test func tokensWithoutAHeaderAreNamedAndConverted() throws {
    let text = "a text of nanoGPT's single bytes, "
    let tokens = Array(repeating: text, count: 9).joined().utf8.flatMap { [$0, 0] as [UInt8] }
    let old = try directory.write(tokens, to: "old.bin")
    let words = "gpt2 tokenize --from-tokens uint16 \(old) --output PREFIX"
    let train = try Command(
      "train", "--model", "d1", "--data", old, "--output", directory.file("run"), "--tokenizer", tokenizer,
      "--positions", "16", "--sequence-length", "16", "--batch-size", "1", "--steps", "1")
    #expect(train.exitCode == 2)
    #expect(train.diagnostics.contains("\(old): found what looks like nanoGPT's header-less uint16 tokens"))
    #expect(train.diagnostics.contains(words))

    #expect(try tokenize(old, "--from-tokens", "uint16").exitCode == 0)
    #expect(try written() == String(repeating: text, count: 9))
    let whole = try tokenize(old, "--from-tokens", "uint16", "--validation-tokens", "0", "--json")
    #expect(whole.exitCode == 0)
    #expect(try self.text("out_train.bin") == String(repeating: text, count: 9))
    #expect(!whole.output.contains("documents"))

    let asInt32 = try tokenize(old, "--from-tokens", "int32")
    #expect(asInt32.exitCode == 2)
    #expect(asInt32.diagnostics.contains("\(old): found token 2097249 at position 0, expected tokens from 0"))
    _ = try directory.write([1, 1, 1, 1], to: "old.bin")
    let outside = try tokenize(old, "--from-tokens", "uint16")
    #expect(outside.exitCode == 2)
    #expect(outside.diagnostics.contains("found token 257 at position 0, expected tokens below 257"))
  }

  @Test func evaluateNamesTokensWithoutAHeader() throws {
    let tokens = (0..<200).flatMap { [UInt8($0), 0, 0, 0] as [UInt8] }
    let old = try directory.write(tokens, to: "old.bin")
    let result = try Command("evaluate", "--model", TestFiles.fixture("tiny.bin"), "--data", old)
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains("\(old): found what looks like llm.c's old header-less int32 tokens"))
  }

  @Test(arguments: [
    (["--documents", "file", "--field", "x"], "--field is for --documents jsonl only"),
    (["--documents", "file", "--from-tokens", "uint16"], "--documents is for texts"),
    (["--raw", "--from-tokens", "uint16"], "--raw is for texts"),
    (["--split", "first", "--seed", "1"], "--seed is for --split drawn only"),
    (["--split", "drawn", "--shard-tokens", "9"], "omit --split drawn"),
    (["--split", "drawn", "--from-tokens", "uint16"], "--split drawn is for texts"),
    (["--split", "last"], "last"), (["--seed", "-1"], "seed"),
    (["--extension", "."], "--extension is empty"), (["-", "-"], "Standard input (-) can be read only once"),
    (["--shard-tokens", "1"], "--shard-tokens is 1, expected a number from 2 to 2147483647"),
    (["--shard-tokens", "9", "--validation-tokens", "5"], "omit --validation-tokens"),
    (["--documents", "page"], "page"), (["--from-tokens", "uint8"], "uint8"),
    (["--threads", "0"], "--threads"),
  ])
  func optionsThatDoNotGoTogether(options: [String], words: String) throws {
    let result = try Command(
      ["tokenize", directory.file("missing"), "--output", prefix, "--tokenizer", tokenizer] + options)
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains(words))
  }
}
