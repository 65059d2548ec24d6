import ArgumentParser
import BinaryFiles
import Training
import Transformer

/// What a run starts from: random weights of a named size, a model file, or a checkpoint of its own.
enum TrainingStart {
  case random(Configuration, seed: UInt32)
  case file(Configuration, path: String)
  case checkpoint(Configuration, path: String, step: Int)

  init(_ command: TrainCommand, vocabularySize: Int, in directory: RunDirectory) throws {
    if command.isResuming, let step = try directory.checkpoints().last {
      let path = directory.model(step)
      self = .checkpoint(try Self.configuration(ofCheckpoint: step, at: path), path: path, step: step)
      return
    }
    if let size = ModelSize(descriptor: command.model) {
      self = .random(
        try size.configuration(
          vocabularySize: vocabularySize, maximumSequenceLength: command.positions),
        seed: command.seed)
      return
    }
    guard command.positions == nil else {
      throw ValidationError("--positions is for new models; \(command.model) has its own number.")
    }
    self = .file(try Self.configuration(of: command.model), path: command.model)
  }

  private static func configuration(of path: String) throws(FileError) -> Configuration {
    do throws(FileError) {
      return try Checkpoint.configuration(of: path)
    } catch {
      guard error.cause == .notFound && !path.contains("/") else { throw error }
      throw FileError(
        path,
        .mismatch(
          found: "no such file", expected: "a checkpoint, or a size (\(ModelSize.descriptors))",
          advice: "check the name"))
    }
  }

  /// DONE promises that the model is there.
  private static func configuration(
    ofCheckpoint step: Int, at path: String
  ) throws(FileError) -> Configuration {
    do throws(FileError) {
      return try Checkpoint.configuration(of: path)
    } catch {
      guard error.cause == .notFound else { throw error }
      throw FileError(
        path,
        .mismatch(
          found: "no such file", expected: "the model of the checkpoint after step \(step)",
          advice: "remove the file DONE_… of that step to go on from the checkpoint before it"))
    }
  }

  var configuration: Configuration {
    switch self {
    case .random(let configuration, _), .file(let configuration, _), .checkpoint(let configuration, _, _):
      configuration
    }
  }

  /// The step after which the run goes on.
  var step: Int? {
    if case .checkpoint(_, _, let step) = self { step } else { nil }
  }

  func parameters() throws -> Parameters {
    switch self {
    case .random(let configuration, let seed): try Parameters(random: configuration, seed: seed)
    case .file(_, let path), .checkpoint(_, let path, _): try Checkpoint.read(path)
    }
  }
}
