import GPT2BinaryFiles
import GPT2Kernels
import GPT2ModelHub
import GPT2Tokens
import GPT2Transformer
import GPT2WeightFormats

/// Where a model that is to run comes from, and how its weights are to be held.
package struct ModelSource: Sendable {
  /// A checkpoint of llm.c's, a GGUF, safetensors or PyTorch file, a folder of Hugging Face's, a run directory, or the
  /// name of a model that `gpt2 fetch` has fetched.
  package var path: String
  /// What `Tokenizer.read` reads; `nil` for the tokenizer in the model's file, folder or run.
  package var tokenizerPath: String?
  /// Low-rank adapters that were trained on the model, to be merged into it.
  package var adaptersPath: String?
  /// The template of the instructions that the model learnt from; `nil` if it is not known to have done so.
  package var templatePath: String?
  /// What weights are rounded to; `nil` for what they are.
  package var format: WeightFormat?
  /// What a prompt's rows are rounded to for matrix products: see `LanguageModel`.
  package var precision: Precision?
  /// Told what of a file is not read, and which model a name stands for if that may surprise: a line for the user.
  package var report: @Sendable (String) -> Void = { _ in }

  package init(
    _ path: String, tokenizer: String? = nil, adapters: String? = nil, format: WeightFormat? = nil,
    precision: Precision? = nil
  ) {
    self.path = path
    tokenizerPath = tokenizer
    adaptersPath = adapters
    self.format = format
    self.precision = precision
  }

  /// The same with the folder of a fetched model in the place of its name, and with files in the place of a run
  /// directory: its checkpoint, or its adapters and the model that they were trained on, and its tokenizer and template if
  /// it keeps such and none was named. A folder may keep a template, too.
  ///
  /// - Throws: `FileError` if a model is named that is not there yet, the directory cannot be read, or the adapters'
  ///   model is no longer there.
  package func resolved() throws(FileError) -> ModelSource {
    var source = self
    if let named = try NamedModel(path) {
      source.path = named.path
      if let note = named.note { report(note) }
    }
    guard Folder.exists(source.path) else { return source }
    guard let run = try RunModel(directory: source.path) else {
      source.templatePath = templatePath ?? RunTemplate.path(in: Folder.withSlash(source.path))
      return source
    }
    source.tokenizerPath = tokenizerPath ?? run.tokenizerPath
    source.templatePath = templatePath ?? run.templatePath
    if run.holdsAdapters, adaptersPath == nil {
      source.path = try run.basePath()
      source.adaptersPath = run.result
    } else {
      source.path = run.result
    }
    return source
  }

  /// How the model is to be asked; `nil` if it learnt from no instructions.
  ///
  /// - Throws: `FileError` if the run's directory, or the template in it, cannot be read.
  package func template() throws(FileError) -> InstructionTemplate? {
    guard let path = try resolved().templatePath else { return nil }
    return try InstructionTemplate(named: path)
  }

  /// The weights in `file`, which is that of `path`: where they lie in it as far as its layout allows, or with
  /// adapters in memory.
  ///
  /// - Throws: `FileError`; `AllocationError`.
  package func weights(in file: ModelFile, on workers: Workers) throws -> Weights {
    if let line = file.leftOutLine { report(line) }
    guard let adaptersPath else { return try file.weights(on: workers) }
    let adapters = try AdapterFile.read(adaptersPath)
    let base = try file.parameters(roundedTo: adapters.rounding, on: workers)
    try adapters.check(base, on: workers)
    adapters.adapters.merge(into: base, on: workers)
    let formats = try adapters.rounding.map { [$0] } ?? file.weights(on: workers).formats
    if formats != [.fp32] {
      let names = formats.map(\.rawValue).joined(separator: ", ")
      let rounded = adapters.rounding == nil ? "" : "rounded to "
      report(
        "\(adaptersPath): trained over weights \(rounded.isEmpty ? "in " : rounded)\(names), merged into these in fp32"
      )
    }
    return Weights(base)
  }

  /// The same, but adapters that were trained over weights in other formats than fp32 are not merged: they are to be used
  /// beside these, which stay as they are. With a format named they are merged before weights are rounded to it.
  ///
  /// - Throws: As `weights(in:on:)`; `WeightFormatError` if weights cannot be rounded as the adapters say.
  package func adaptedWeights(
    in file: ModelFile, on workers: Workers
  ) throws -> (weights: Weights, adapters: LowRankAdapters?) {
    guard let adaptersPath, format == nil else { return (try weights(in: file, on: workers), nil) }
    let adapters = try AdapterFile.read(adaptersPath)
    let weights = try file.trainedWeights(roundedTo: adapters.rounding, on: workers)
    guard weights.formats != [.fp32] else { return (try self.weights(in: file, on: workers), nil) }
    if let line = file.leftOutLine { report(line) }
    try adapters.check(try StoredWeights(weights, roundedTo: adapters.rounding), on: workers)
    return (weights, adapters.adapters)
  }

  /// The tokenizer that was named, else the one in `file`.
  ///
  /// - Throws: `FileError` if there is none, or if it has another vocabulary than the model.
  package func tokenizer(in file: ModelFile, for configuration: Configuration) throws -> Tokenizer {
    let loaded = try tokenizerPath.map { try Tokenizer.read($0) } ?? file.tokenizer()
    try configuration.check(loaded, readFrom: tokenizerPath ?? path)
    return loaded
  }
}
