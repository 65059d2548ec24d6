import GPT2BinaryFiles
import GPT2Tokens

extension CharacterText {
  /// Loaders of both parts, by way of token files, which are what the project's data loader reads. The files are gone
  /// when this returns: a mapping keeps what it shows.
  ///
  /// - Throws: `FileError` if a part holds no batch, or if the temporary files cannot be written.
  func loaders(
    batchSize: Int, sequenceLength: Int, shuffling: Bool
  ) throws(FileError) -> (training: DataLoader, validation: DataLoader) {
    // A batch's targets reach one character further than its inputs.
    guard let needed = (CheckedCount(batchSize) * sequenceLength + 1).value,
      min(training.count, validation.count) >= needed
    else {
      throw FileError(
        path,
        .mismatch(
          found: "\(training.count) characters to learn from and \(validation.count) to validate on",
          expected: "more than batch size \(batchSize) × sequence length \(sequenceLength) of each",
          advice: "use a longer text, a smaller batch or shorter sequences"))
    }
    let folder = try ScratchDirectory("ladder")
    defer { withExtendedLifetime(folder) {} }
    func loader(_ tokens: [UInt16], _ name: String, shuffling: Bool) throws(FileError) -> DataLoader {
      let path = "\(folder.path)/\(name).bin"
      try TokenFile.write(tokens, to: path, replacing: false)
      return try DataLoader(
        pattern: path, batchSize: batchSize, sequenceLength: sequenceLength, shuffling: shuffling)
    }
    return (
      try loader(training, "train", shuffling: shuffling), try loader(validation, "val", shuffling: false)
    )
  }
}
