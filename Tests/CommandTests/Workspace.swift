import Foundation
import TestSupport

/// A directory with a byte-level tokenizer, a text, and its token files.
struct Workspace {
  let directory: TemporaryDirectory
  var tokenizer: String { directory.file("byte.bin") }
  var training: String { directory.file("text_train.bin") }
  var validation: String { directory.file("text_val.bin") }

  init() throws {
    directory = try TemporaryDirectory()
    let text = directory.file("text.txt")
    let verse = "To be, or not to be, that is the question.\n\nWhether 'tis nobler in the mind\n"
    try String(repeating: verse, count: 20).write(toFile: text, atomically: true, encoding: .utf8)
    _ = try Command("tokenize", "--byte-level", tokenizer)
    _ = try Command("tokenize", text, "--tokenizer", tokenizer, "--output", directory.file("text"))
  }

  /// `train` with what every run needs, for a few steps of a small model.
  func train(_ more: String..., model: String = "d1", output: String = "run") throws -> Command {
    try Command(
      [
        "train", "--model", model, "--data", training, "--validation", validation, "--tokenizer", tokenizer,
        "--output", directory.file(output), "--batch-size", "2", "--sequence-length", "16", "--threads", "2",
      ] + (model.contains("/") ? [] : ["--positions", "16"])
        + (more.contains("--steps") ? more : more + ["--steps", "3"]))
  }
}
