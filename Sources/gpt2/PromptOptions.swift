import ArgumentParser
import BinaryFiles
import Platform

/// Where the text to continue comes from.
struct PromptOptions: ParsableArguments {
  @Option(help: "Text to continue; without one the model begins a new document.")
  var prompt: String?

  @Option(
    help: ArgumentHelp("File with the text to continue; - for standard input.", valueName: "file"),
    completion: .file())
  var promptFile: String?

  func validate() throws {
    if prompt != nil && promptFile != nil {
      throw ValidationError("Found --prompt and --prompt-file, expected one of them.")
    }
  }

  /// The bytes to continue, as they are; `nil` where there is no prompt.
  ///
  /// - Throws: `FileError`; a prompt that is there but empty is one, too.
  func read() throws(FileError) -> [UInt8]? {
    guard let bytes = try bytes() else { return nil }
    guard !bytes.isEmpty else {
      throw FileError(
        promptFile.map { $0 == "-" ? "standard input" : $0 } ?? "--prompt",
        .mismatch(
          found: "an empty prompt", expected: "a text to continue",
          advice: "leave the prompt away to begin a new document"))
    }
    return bytes
  }

  private func bytes() throws(FileError) -> [UInt8]? {
    if let prompt { return Array(prompt.utf8) }
    guard let promptFile else { return nil }
    if promptFile == "-" {
      guard let bytes = Descriptors.readAll(from: STDIN_FILENO) else {
        throw FileError("standard input", .fromErrno("reading it"))
      }
      return bytes
    }
    let file = try MappedFile(path: promptFile)
    return withExtendedLifetime(file) { Array(file.bytes) }
  }
}
