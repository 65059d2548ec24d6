import ArgumentParser
import GPT2BinaryFiles
import GPT2Kernels
import GPT2ModelFiles
import GPT2Terminal
import GPT2TrainingCore
import GPT2Transformer
import GPT2WeightFormats

/// What a run starts from: random weights of a named size, a model file, or a checkpoint of its own.
enum TrainingStart {
  case random(Configuration, seed: UInt32, zeroingProjections: Bool)
  case file(Configuration, path: String)
  case checkpoint(Configuration, path: String, step: Int)
  /// Adapters of a checkpoint, and the model they belong to.
  case adapters(Configuration, base: String, path: String, step: Int)

  /// - Parameters:
  ///   - point: Where a run goes on; `nil` for one that is to begin.
  ///   - vocabularySize: Asked for a new model.
  init(_ command: TrainCommand, from point: ResumePoint?, vocabularySize: () throws -> Int) throws {
    if let saved = point?.saved {
      if saved.holdsAdapters {
        let base = try point?.base ?? Self.file(of: command.model)
        self = .adapters(try Self.configuration(of: base), base: base, path: saved.path, step: saved.step)
      } else {
        self = .checkpoint(try Checkpoint.configuration(of: saved.path), path: saved.path, step: saved.step)
      }
      return
    }
    if let size = ModelSize(descriptor: command.model) {
      guard command.trained.quantize == nil else {
        throw ValidationError("--quantize is for models that there are; \(command.model) is a new one.")
      }
      self = .random(
        try size.configuration(
          vocabularySize: try vocabularySize(), maximumSequenceLength: command.positions),
        seed: command.seed, zeroingProjections: command.zeroProjections)
      return
    }
    guard command.positions == nil else {
      throw ValidationError("--positions is for new models; \(command.model) has its own number.")
    }
    guard !command.zeroProjections else {
      throw ValidationError("--zero-projections is for new models; \(command.model) has its own weights.")
    }
    let path = try Self.file(of: command.model)
    self = .file(try Self.configuration(of: path), path: path)
  }

  /// The checkpoint where a run directory is named, else what is named.
  static func file(of model: String) throws(FileError) -> String {
    var source = ModelSource(model)
    source.report = { Diagnostics.write("gpt2: note: \($0)") }
    source = try source.resolved()
    // Of adapters, which cannot be trained on, `ModelFile` says what to do.
    return source.adaptersPath == nil ? source.path : model
  }

  static func configuration(of path: String) throws(FileError) -> Configuration {
    do throws(FileError) {
      let file = try ModelFile(contentsOf: path)
      let configuration = try file.trainedConfiguration()
      if let line = file.leftOutLine { Diagnostics.write("gpt2: note: \(line)") }
      return configuration
    } catch {
      guard error.cause == .notFound && !path.contains("/") else { throw error }
      throw FileError(
        path,
        .mismatch(
          found: "no such file", expected: "a checkpoint, or a size (\(ModelSize.descriptors))",
          advice: "check the name"))
    }
  }

  var configuration: Configuration {
    switch self {
    case .random(let configuration, _, _), .file(let configuration, _), .checkpoint(let configuration, _, _),
      .adapters(let configuration, _, _, _):
      configuration
    }
  }

  /// The file of the model that the run began with; `nil` for a new model.
  var base: String? {
    switch self {
    case .random, .checkpoint: nil
    case .file(_, let path), .adapters(_, let path, _, _): path
    }
  }

  /// The step after which the run goes on.
  var step: Int? {
    switch self {
    case .random, .file: nil
    case .checkpoint(_, _, let step), .adapters(_, _, _, let step): step
    }
  }

  /// The model with what is trained of it.
  ///
  /// - Parameters:
  ///   - layout: Of the adapters, if it is they that are trained.
  ///   - rounding: What weights below adapters are rounded to.
  func model(
    adapters layout: AdapterLayout?, over rounding: WeightFormat?, seed: UInt32, precision: Precision,
    on workers: Workers
  ) throws -> Model {
    if let layout, let stored = try storedWeights(roundedTo: rounding, on: workers) {
      let adapters = try adapters(layout, over: rounding, seed: seed) { try $0.check(stored, on: workers) }
      return Model(stored, adapters: adapters, precision: precision, on: workers)
    }
    let parameters = try parameters(isTrained: layout == nil)
    let adapters = try layout.map { layout in
      try self.adapters(layout, over: rounding, seed: seed) { try $0.check(parameters, on: workers) }
    }
    return Model(parameters, adapters: adapters, precision: precision, on: workers)
  }

  /// Adapters of a checkpoint, or new ones.
  private func adapters(
    _ layout: AdapterLayout, over rounding: WeightFormat?, seed: UInt32,
    checking check: (AdapterFile) throws -> Void
  ) throws -> LowRankAdapters {
    guard case .adapters(_, let base, let path, _) = self else {
      return try LowRankAdapters(random: layout, seed: seed)
    }
    let file = try AdapterFile.read(path)
    guard file.rounding == (rounding == .fp32 ? nil : rounding) else {
      throw FileError(
        path,
        .mismatch(
          found: "adapters over weights "
            + (file.rounding.map { "rounded to \($0.rawValue)" } ?? "as they are"),
          expected: rounding.map { "over weights rounded to \($0.rawValue)" } ?? "no --quantize",
          advice: "go on with the options of the first run"))
    }
    do {
      try check(file)
    } catch is FileError {
      // Files of one run: it is the model that is another now.
      throw FileError(
        base,
        .mismatch(
          found: "other weights than those that \(path) was trained over",
          expected: "the model as it was when the run began",
          advice: "bring it back, for the run cannot go on over another one"))
    }
    let saved = file.adapters
    guard saved.layout == layout else {
      throw FileError(
        path,
        .mismatch(
          found:
            "adapters of rank \(saved.layout.rank), alpha \(saved.layout.alpha), for \(saved.layout.targets)",
          expected: "those that the --lora options name", advice: "go on with the options of the first run"))
    }
    return saved
  }

  /// The weights that adapters are trained over as they are stored; `nil` if they are fp32, and trained over as such.
  private func storedWeights(roundedTo rounding: WeightFormat?, on workers: Workers) throws -> StoredWeights?
  {
    guard let path = base, rounding != .fp32 else { return nil }
    let weights = try ModelFile(contentsOf: path).trainedWeights(roundedTo: rounding, on: workers)
    return weights.formats == [.fp32] ? nil : try StoredWeights(weights, roundedTo: rounding)
  }

  /// The bytes of weights that adapters are trained over as they are stored, with what is fp32 beside them; and of what
  /// samples regroup of these.
  ///
  /// - Throws: As `ModelFile.trainedWeights`.
  func storedByteCount(
    roundedTo rounding: WeightFormat?, on workers: Workers
  ) throws -> (bytes: Int, regrouped: Int, formats: String)? {
    guard let path = base else { return nil }
    let weights = try ModelFile(contentsOf: path).weights(on: workers)
    let formats = rounding.map { [$0] } ?? weights.formats
    guard formats != [.fp32], let beside = StoredWeights.byteCount(weights.configuration) else {
      return nil
    }
    let bytes = try rounding.map { try weights.byteCount(encodedAs: $0) } ?? weights.byteCount
    let names = formats.map(\.rawValue).joined(separator: ", ")
    let regrouped = StoredWeights.regroupedByteCount(of: weights, as: rounding)
    return (bytes + beside, regrouped, rounding == nil ? names : "weights rounded to \(names)")
  }

  private func parameters(isTrained: Bool) throws -> Parameters {
    switch self {
    case .random(let configuration, let seed, let zeroingProjections):
      try Parameters(random: configuration, seed: seed, zeroingProjections: zeroingProjections)
    case .checkpoint(_, let path, _): try Checkpoint.read(path)
    case .file(_, let path), .adapters(_, let path, _, _):
      // What is not trained can stay where it is, in the file.
      if case .checkpoint = try ModelFile(contentsOf: path), !isTrained {
        try Checkpoint.read(path, placing: .mapped)
      } else {
        try Parameters.read(path)
      }
    }
  }
}

// What a checkpoint of nanoGPT's has besides weights.
extension TrainingStart {
  /// Lets AdamW go on from the moments in the file that a new run starts from, if there are such, and says so.
  func begin(_ trainer: Trainer) throws {
    guard case .file(_, let path) = self, case .pyTorch(let file) = try ModelFile(contentsOf: path),
      let checkpoint = file.checkpoint
    else { return }
    let words = [
      checkpoint.updates.map { "after \($0) updates" },
      checkpoint.bestValidationLoss.map { "best validation loss \(Numbers.fixed($0, 4))" },
    ].compactMap { $0 }.joined(separator: ", ")
    let takesMoments =
      trainer.plan.optimizer.method == .adamW && trainer.plan.trained == .all && trainer.plan.adapters == nil
    var moments: NanoGPTMoments?
    if takesMoments { moments = try file.moments() }
    if let moments { trainer.begin(from: moments) }
    Diagnostics.write(
      "gpt2: note: \(path) is nanoGPT's, \(words): steps and schedule begin anew, "
        + (moments == nil ? "and so does the optimizer" : "AdamW goes on from its moments"))
    Diagnostics.write(
      "gpt2: note: training computes GELU by tanh, as GPT-2; nanoGPT's is the exact one since June 2023")
  }
}
