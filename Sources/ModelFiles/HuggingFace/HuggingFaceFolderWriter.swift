import GPT2BinaryFiles
import GPT2Kernels
import GPT2Platform
import GPT2Tokens
import GPT2Transformer
import GPT2WeightFormats

/// Writes a folder that transformers' `AutoModelForCausalLM` and `AutoTokenizer` load.
package struct HuggingFaceFolderWriter {
  /// With a slash at its end.
  private let folder: String
  private let tokenizer: Tokenizer?
  private let source: HuggingFaceKeptFiles?
  private let keepsTokenizer: Bool
  private let template: InstructionTemplate?
  private let replacing: Bool

  /// - Parameters:
  ///   - folder: Made if it is not there; the one that it is in must be.
  ///   - tokenizer: That of the model; without one the folder has none either.
  ///   - source: The folder that the model comes from: what it says beside its weights stays as it is.
  ///   - keepsTokenizer: Whether the tokenizer is that of `source`, so that its files stay as they are, too.
  ///   - template: What conversations are put into, for transformers and, as `template.json`, for this project; only
  ///     beside a tokenizer that is not that of `source`.
  ///   - replacing: Whether files of a model that is in the folder already may be replaced.
  package init(
    _ folder: String, tokenizer: Tokenizer?, keeping source: String? = nil, keepsTokenizer: Bool = false,
    template: InstructionTemplate? = nil, replacing: Bool
  ) {
    self.folder = Folder.withSlash(folder)
    self.tokenizer = tokenizer
    self.source = source.map(HuggingFaceKeptFiles.init)
    self.keepsTokenizer = source != nil && keepsTokenizer
    self.template = tokenizer != nil && !self.keepsTokenizer ? template : nil
    self.replacing = replacing
  }

  /// Where the weights go.
  package var weightsPath: String { folder + HuggingFaceFolder.weights }

  /// Says whether the folder can be written, and changes nothing.
  ///
  /// - Throws: `FileError` if it is no folder or takes no files, has files that may not be replaced, or has others
  ///   of a Hugging Face model, which would be read together with those that are written.
  package func check() throws(FileError) {
    guard FileSystem.status(of: folder) != nil else {
      guard errno == ENOENT else { throw FileError(folder, .fromErrno("looking at it")) }
      return try Folder.checkMissing(Folder.withoutSlash(folder))
    }
    let writtenNames = self.writtenNames
    for name in Self.allNames
    where FileSystem.status(of: folder + name, followingLinks: false) != nil {
      guard writtenNames.contains(name) else {
        throw FileError(
          folder + name,
          .mismatch(
            found: "a file of another model, which would be read with this one", expected: "none",
            advice: "remove it, or name another folder"))
      }
    }
    for name in writtenNames { try FileWriter.check(folder + name, replacing: replacing) }
  }

  /// Writes the folder; until all of it is there, there is none, or the one that there was: see `StagedFolder`.
  ///
  /// - Throws: As `check`, and as `Weights.writeSafeTensors`.
  package func write(_ weights: Weights, format: WeightFormat, on workers: Workers = Workers()) throws {
    try check()
    let texts = try files(weights, format)
    let staged = try StagedFolder(folder, replacing: replacing)
    do {
      try weights.writeSafeTensors(
        to: staged.path + HuggingFaceFolder.weights, format: format, replacing: false, on: workers)
      for file in texts {
        try FileWriter.write(to: staged.path + file.name, replacing: false) { writer throws(FileError) in
          try writer.append(file.bytes)
        }
      }
    } catch let error as FileError {
      throw staged.named(error)
    }
    let names = texts.map(\.name) + [HuggingFaceFolder.weights]
    try staged.commit(names, main: HuggingFaceFolder.weights)
  }

  /// All but the weights.
  private func files(
    _ weights: Weights, _ format: WeightFormat
  ) throws(FileError) -> [HuggingFaceFile] {
    let configuration = weights.configuration
    var files: [HuggingFaceFile] = []
    if let source {
      files.append(try source.configuration(format, tiesClassifier: weights.ownClassifier == nil))
      files += try source.copies([HuggingFaceFolder.generation])
    } else {
      let special = tokenizer?.specialTokens ?? SpecialTokens()
      let json = configuration.huggingFaceJSON(
        format: format, endOfText: tokenizer?.endOfText, special: special,
        tiesClassifier: weights.ownClassifier == nil)
      files.append(HuggingFaceFile(HuggingFaceFolder.configuration, json))
      if let tokenizer {
        let json = Configuration.huggingFaceGenerationJSON(endOfText: tokenizer.endOfText, special: special)
        files.append(HuggingFaceFile(HuggingFaceFolder.generation, json))
      }
    }
    return files + (try tokenizerFiles(maximumLength: configuration.maximumSequenceLength))
  }

  private func tokenizerFiles(maximumLength: Int) throws(FileError) -> [HuggingFaceFile] {
    guard let tokenizer else { return [] }
    guard keepsTokenizer, let source else {
      let own = template.map { [HuggingFaceFile(RunTemplate.name, $0.text)] } ?? []
      return try own
        + tokenizer.huggingFaceFiles(maximumLength: maximumLength, template: template).map {
          HuggingFaceFile($0.name, $0.text)
        }
    }
    let copies = try source.copies(Tokenizer.huggingFaceFileNames)
    guard !copies.contains(where: { $0.name == HuggingFaceTokenizer.whole }) else { return copies }
    return [HuggingFaceFile(HuggingFaceTokenizer.whole, try tokenizer.huggingFaceWholeText())] + copies
  }

  private var writtenNames: [String] {
    var names = [HuggingFaceFolder.weights, HuggingFaceFolder.configuration]
    if let source {
      names += source.names(among: [HuggingFaceFolder.generation])
    } else if tokenizer != nil {
      names.append(HuggingFaceFolder.generation)
    }
    if template != nil { names.append(RunTemplate.name) }
    guard tokenizer != nil else { return names }
    guard keepsTokenizer, let source else { return names + Tokenizer.huggingFaceFileNamesWritten }
    return names + [HuggingFaceTokenizer.whole] + source.names(among: Tokenizer.huggingFaceFileNames)
  }

  private static let allNames =
    [
      HuggingFaceFolder.weights, HuggingFaceFolder.index, HuggingFaceFolder.configuration,
      HuggingFaceFolder.generation, RunTemplate.name,
    ] + Tokenizer.huggingFaceFileNames
}
