#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

import BinaryFiles
import RandomNumbers

/// The rung ngram: counts on names, for every n and smoothing; the setting that does best on names it was not counted on;
/// what it makes up.
public struct NGramLesson {
  public struct Trial: Sendable, Encodable {
    public var n: Int
    public var smoothing: Float
    /// In nats per character.
    public var trainLoss: Double
    public var validationLoss: Double
  }

  public struct Results: Sendable, Encodable {
    /// In the order of the grid.
    public var trials: [Trial]
    public var best: Trial
    public var sample: String
    public var testLoss: Double
    public var testPerplexity: Double
  }

  public struct Settings: Sendable {
    public var orders: [Int]
    public var smoothings: [Float]
    /// Of the sample; not 0, where the generator stands still. The original's is 1337.
    public var seed: UInt32
    public var sampleLength: Int

    public init(orders: [Int], smoothings: [Float], seed: UInt32, sampleLength: Int) {
      self.orders = orders
      self.smoothings = smoothings
      self.seed = seed
      self.sampleLength = sampleLength
    }
  }

  public let results: Results
  /// How often each token follows each: rows and columns of the vocabulary, in probabilities without smoothing.
  public let bigrams: [[Double]]

  /// - Parameters:
  ///   - settings: At least one order and one smoothing.
  ///   - progress: Called after each trial, with how many there will be.
  /// - Throws: `NGramError` if an order or smoothing is out of range; `FileError` if a file is too short for an order.
  public init(
    training: NameFile, validation: NameFile, test: NameFile, settings: Settings,
    progress: (Trial, Int) -> Void = { _, _ in }
  ) throws {
    precondition(!settings.orders.isEmpty && !settings.smoothings.isEmpty && settings.seed != 0, "no trial")
    for file in [training, validation, test] {
      for order in settings.orders { try Self.require(file, toBeUsableFor: order) }
    }
    var trials: [Trial] = []
    var best: (trial: Trial, model: NGramModel)?
    for order in settings.orders {
      let counted = try Self.counted(training, order)
      for smoothing in settings.smoothings {
        let model = try counted.smoothed(by: smoothing)
        let trial = Trial(
          n: order, smoothing: smoothing, trainLoss: model.loss(of: training.tokens),
          validationLoss: model.loss(of: validation.tokens))
        trials.append(trial)
        progress(trial, settings.orders.count * settings.smoothings.count)
        if best.map({ trial.validationLoss < $0.trial.validationLoss }) ?? true { best = (trial, model) }
      }
    }
    guard let best else { preconditionFailure("no trial") }
    var random = XorShift(state: UInt64(settings.seed))
    let sample = best.model.sample(settings.sampleLength, from: NameFile.endOfName) { random.nextFloat() }
    let testLoss = best.model.loss(of: test.tokens)
    results = Results(
      trials: trials, best: best.trial, sample: NameFile.text(sample), testLoss: testLoss,
      testPerplexity: exp(testLoss))
    let pairs = try Self.counted(training, 2)
    bigrams = (0..<NameFile.vocabularySize).map { pairs.probabilities(after: [$0]).map(Double.init) }
  }

  private static func counted(_ file: NameFile, _ order: Int) throws(NGramError) -> NGramModel {
    var model = try NGramModel(order: order, vocabularySize: NameFile.vocabularySize, smoothing: 0)
    model.train(file.tokens)
    return model
  }

  private static func require(_ file: NameFile, toBeUsableFor order: Int) throws(FileError) {
    guard file.tokens.count < order else { return }
    throw FileError(
      file.path,
      .mismatch(
        found: "\(file.tokens.count) characters and line ends", expected: "at least \(order)",
        advice: "use a smaller n, or more names"))
  }
}
