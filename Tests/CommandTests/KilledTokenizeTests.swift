import Foundation
import TestSupport
import Testing

/// `tokenize --overwrite` that is killed while its files get their names.
@Suite struct KilledTokenizeTests {
  private let directory: TemporaryDirectory
  private let names: [String]

  init() throws {
    directory = try TemporaryDirectory()
    names =
      ["new_val_000000.bin"] + (1..<200).map { "new_train_\(String(1_000_000 + $0).dropFirst()).bin" }
    for (name, letter) in [("old.txt", "a"), ("new.txt", "b")] {
      try directory.write(String(repeating: letter, count: 4 * 200 - 1), to: name)
    }
    #expect(try Command("tokenize", "--byte-level", directory.file("byte.bin")).exitCode == 0)
  }

  private func words(_ text: String) -> [String] {
    [
      "tokenize", directory.file(text), "--tokenizer", directory.file("byte.bin"), "--output",
      directory.file("new"), "--shard-tokens", "4", "--overwrite",
    ]
  }

  private func numbers() -> [ino_t] {
    names.map { name in
      var status = stat()
      return stat(directory.file(name), &status) == 0 ? status.st_ino : 0
    }
  }

  private func train(on data: String) throws -> Command {
    try Command(
      "train", "--model", "d1", "--positions", "8", "--data", data, "--output", directory.file("run"),
      "-b", "1", "-t", "1", "--steps", "1", "--overwrite")
  }

  /// As a kill leaves it; `theSetIsRefused` may kill too late.
  @Test func aMarkThatIsLeftGoesWithTheNextSet() throws {
    #expect(try Command(words("old.txt")).exitCode == 0)
    let (data, mark) = (directory.file(names[0]), directory.file("new.unfinished"))
    try directory.write("Files are getting their names.", to: "new.unfinished")
    expectRefusal(try train(on: data), naming: "\(data): found new.unfinished beside it")
    #expect(try Command(words("new.txt")).exitCode == 0)
    #expect(!FileManager.default.fileExists(atPath: mark))
    #expect(try !train(on: data).diagnostics.contains("unfinished"))
  }

  /// A set of one file needs no mark of its own.
  @Test func aMarkThatIsLeftGoesWithTheNextFile() throws {
    let mark = directory.file("one.unfinished")
    let words = [
      "tokenize", directory.file("old.txt"), "--tokenizer", directory.file("byte.bin"), "--output",
      directory.file("one"), "--validation-tokens", "0", "--overwrite",
    ]
    try directory.write("mine", to: "one.unfinished")
    expectRefusal(try Command(words), naming: "\(mark): found another file")
    #expect(try String(contentsOfFile: mark, encoding: .utf8) == "mine")
    #expect(!FileManager.default.fileExists(atPath: directory.file("one_train.bin")))
    try directory.write("", to: "one.unfinished")
    #expect(try Command(words).exitCode == 0)
    #expect(FileManager.default.fileExists(atPath: directory.file("one_train.bin")))
    #expect(!FileManager.default.fileExists(atPath: mark))
  }

  /// Who reads one of them learns that they may be of two texts, until they are made again.
  @Test func theSetIsRefused() throws {
    for _ in 0..<3 {
      #expect(try Command(words("old.txt")).exitCode == 0)
      let before = numbers()
      let process = Process()
      process.executableURL = URL(fileURLWithPath: Command.path)
      process.arguments = words("new.txt")
      process.standardError = FileHandle.nullDevice
      try process.run()
      var status = stat()
      while process.isRunning, stat(directory.file(names[0]), &status) != 0 || status.st_ino == before[0] {}
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      let replaced = zip(before, numbers()).count { $0 != $1 }
      let data = directory.file(names[0])
      let result = try train(on: data)
      if replaced < names.count {
        expectRefusal(result, naming: "\(data): found new.unfinished beside it")
        #expect(try Command(words("new.txt")).exitCode == 0)
        #expect(!FileManager.default.fileExists(atPath: directory.file("new.unfinished")))
      } else {
        // The kill came too late; the mark may be there or not.
        #expect([0, 2].contains(result.exitCode), "\(result.diagnostics)")
      }
    }
  }
}
