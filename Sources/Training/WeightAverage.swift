import GPT2BinaryFiles
import GPT2Kernels
import GPT2ModelFiles
import GPT2Transformer

/// The exponential moving average of a model's weights (EMA), which often predicts better than the weights of any one step
/// (Polyak & Juditsky 1992): after the t-th step a `MovingAverage` in fp32, with
///
///     d = min(decay, (1 + t) / (10 + t))
///
/// The mean begins as the weights do, which are random. The smaller decay of the first steps, TensorFlow's
/// (`tf.train.ExponentialMovingAverage` with `num_updates`), lets it forget them.
///
/// Every process that shares a run has all weights after a step, and so the same mean.
final class WeightAverage {
  let decay: Float
  /// The mean as a model, to be measured. What is not trained is as in the model itself.
  let model: Model

  private var mean: Parameters { model.parameters }

  /// - Precondition: It is the model's weights that are trained, and no adapters.
  /// - Throws: `AllocationError` if one more copy of the weights does not fit in memory.
  init(of model: Model, decay: Float) throws(AllocationError) {
    precondition(model.adapters == nil, "adapters have no average")
    self.decay = decay
    let mean = try Parameters(zeroed: model.configuration)
    self.model = Model(mean, precision: model.precision, on: model.workers)
    begin(with: model.parameters)
  }

  /// Takes these weights for the mean.
  func begin(with weights: Parameters) {
    _ = mean.values.update(from: weights.values)
    withExtendedLifetime((self, weights)) {}
  }

  /// Takes up the weights after a step.
  ///
  /// - Parameter step: t, which counts from 1.
  func add(_ weights: Parameters, step: Int) {
    MovingAverage.add(
      UnsafeBufferPointer(weights.values), to: mean.values, decay: Self.decay(at: step, atMost: decay),
      on: model.workers)
    withExtendedLifetime((self, weights)) {}
  }

  /// d
  static func decay(at step: Int, atMost decay: Float) -> Float {
    min(decay, Float(Double(1 + step) / Double(10 + step)))
  }

  /// - Returns: The file's checksum.
  /// - Throws: `FileError` if the target exists and may not be replaced, or the system refuses a step.
  func write(to path: String, in folder: HeldFolder? = nil, replacing: Bool) throws(FileError) -> FileChecksum
  {
    try Checkpoint.write(mean, to: path, in: folder, replacing: replacing)
  }

  /// Goes on from a mean that was written.
  ///
  /// - Throws: `FileError` if it is no whole checkpoint, or one of another model's shape.
  func read(_ path: String) throws {
    let configuration = try Checkpoint.configuration(of: path)
    guard configuration == model.configuration else {
      throw FileError(
        path,
        .mismatch(
          found: "weights of \(Self.words(configuration))",
          expected: "those of \(Self.words(model.configuration))",
          advice: "remove the file DONE_… of that step to go on from the checkpoint before it"))
    }
    begin(with: try Checkpoint.read(path, placing: .mapped))
  }

  private static func words(_ configuration: Configuration) -> String {
    "\(configuration.layers) layers, \(configuration.channels) channels, "
      + "\(configuration.maximumSequenceLength) positions, \(configuration.vocabularySize) tokens"
  }
}
