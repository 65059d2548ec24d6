import GPT2BinaryFiles
import GPT2Platform
import GPT2Reports
import GPT2Tokens
import GPT2Transformer

/// Texts where `train` wants token files: an error that names the command which takes them, to be typed as it is.
struct TextsAsData {
  private let command: TrainCommand

  init(_ command: TrainCommand) { self.command = command }

  /// - Throws: `FileError` if --data or --validation names a folder, or a text.
  func check() throws(FileError) {
    // These are texts themselves.
    guard command.instructions.file == nil else { return }
    if let data = command.data { try check(data, isTraining: true) }
    if let validation = command.validation { try check(validation, isTraining: false) }
  }

  private func check(_ path: String, isTraining: Bool) throws(FileError) {
    let found: String
    if Folder.exists(path) {
      if let pattern = Self.tokenFiles(in: path, isTraining: isTraining) {
        throw FileError(
          path,
          .mismatch(
            found: "a folder", expected: "token files",
            advice:
              "name those in it: \(isTraining ? "--data" : "--validation") \(ShellQuoting.quoted(pattern))"))
      }
      found = "a folder"
    } else if Self.isText(path) {
      found = "what looks like text"
    } else {
      return
    }
    throw FileError(
      path,
      .mismatch(
        found: found, expected: "a token file with llm.c's header",
        advice: advice(path, isTraining: isTraining)))
  }

  /// What takes these texts.
  private func advice(_ path: String, isTraining: Bool) -> String {
    let name = Self.name(of: path)
    var tokenize = ["gpt2", "tokenize", path]
    let isNew = ModelSize(descriptor: command.model) != nil
    switch (command.tokenizer, isNew) {
    case (let tokenizer?, _): tokenize += ["--tokenizer", tokenizer]
    // Bytes need no tokenizer that somebody has trained.
    case (nil, true): tokenize += ["--byte-level", "data/\(name)_tokenizer.bin"]
    case (nil, false): tokenize += ["--tokenizer", "TOKENIZER"]
    }
    tokenize += ["--output", "data/\(name)"]
    let file = "data/\(name)_\(isTraining ? "train" : "val").bin"
    let tokens =
      "make token files of it with: \(ShellQuoting.line(tokenize)), and name \(ShellQuoting.quoted(file))"
    guard isTraining, !isNew else { return tokens }
    var finetune = ["gpt2", "finetune", path, "--model", command.model]
    if let tokenizer = command.tokenizer { finetune += ["--tokenizer", tokenizer] }
    finetune += ["--output", command.output.isEmpty ? "runs/\(name)" : command.output]
    return "train on it with: \(ShellQuoting.line(finetune)), or \(tokens)"
  }

  /// "notes" of "texts/notes/" and of "texts/notes.txt".
  private static func name(of path: String) -> String {
    let name = Folder.name(of: path)
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")), dot > name.startIndex else {
      return name == "/" ? "texts" : name
    }
    return String(name[..<dot])
  }

  private static func isText(_ path: String) -> Bool {
    guard let status = FileSystem.status(of: path), status.st_mode & S_IFMT == S_IFREG,
      let file = try? MappedFile(path: path)
    else { return false }
    return FileKind(of: file.bytes) == nil && FileKind.isText(file.bytes)
  }

  /// A pattern of the token files that `tokenize` has written in a folder; `nil` if there are none.
  private static func tokenFiles(in folder: String, isTraining: Bool) -> String? {
    let mark = isTraining ? "_train" : "_val"
    let names = FileSystem.names(in: folder) ?? []
    let isThere = names.contains { name in
      name.contains(mark) && name.hasSuffix(".bin")
        && (try? TokenFile(contentsOf: Folder.withSlash(folder) + name)) != nil
    }
    return isThere ? Folder.withSlash(folder) + "*\(mark)*.bin" : nil
  }
}
