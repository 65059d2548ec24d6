import GPT2BinaryFiles
import GPT2Transformer

/// What a training run is to do.
public struct TrainingPlan: Sendable {
  /// B
  public var batchSize: Int
  /// T
  public var sequenceLength: Int
  /// The token that begins each document, if rows are cut there, so that no document sees another: every sequence begins
  /// with a document, but for one that a row's end cut in two, whose rest is a sequence of its own. (Llama 3 masks attention
  /// alike: arXiv:2407.21783, section 3.2.) Not for instructions, whose rows are cut.
  public var documentStart: Int32?
  /// How rows are cut into shorter sequences at first; `nil` if they never are. Not for instructions, whose rows are cut.
  public var sequenceWarmUp: SequenceWarmUp?
  /// Batches whose gradients make up an update, over all replicas; once its batches have grown to so many, if they do.
  public var accumulation: Int
  /// Steps in which they grow to that: see `accumulation(at:)`. 0 for none.
  public var batchWarmUpSteps: Int
  /// R: shares of each update that are summed as a `ReplicaTree` says, whatever processes make them. A divisor of
  /// `accumulation`.
  package var replicas: Int
  /// How their gradients are summed.
  package var exchange: ExchangeSettings
  /// How processes train apart, with an exchange every so many steps; `nil` if they exchange gradients at each. There are
  /// then as many replicas as processes.
  package var outer: OuterSettings?
  /// What the backward pass computes again, to save memory.
  public var recomputing: Recomputation
  /// Updates to make.
  public var steps: Int
  /// At each step. Its `steps` are the plan's.
  public var learningRate: LearningRateSchedule
  /// How weights follow gradients.
  public var optimizer: Optimizer.Settings
  /// Whether each of several processes keeps the optimizer's state of a share of the weights, and updates that (ZeRO's
  /// first stage).
  package var shardsOptimizer: Bool
  /// The decay of the weights' moving average that is kept beside them: see `WeightAverage`; `nil` if none is. Not with
  /// `adapters`, nor with `outer`.
  public var emaDecay: Float?
  /// The tensors that updates change.
  public var trained: TensorSet
  /// Low-rank adapters that are trained, too; usually with none of the tensors.
  public var adapters: AdapterLayout?
  /// Bytes of the model's weights, where adapters are trained over weights as they are stored: see `StoredWeights`.
  package var storedByteCount: Int?
  /// Bytes that a sample regroups of these.
  package var regroupedByteCount: Int
  /// From where on an update is left out.
  public var outliers: OutlierLimits
  /// Whether every update is made with the first batches of the data, to see whether the model can learn them.
  public var isOverfitting: Bool
  /// Steps between two validation losses, which are also taken before the first step and after the last;
  /// `nil` for none.
  public var validationInterval: Int?
  /// Batches that a validation loss is the mean of, at most.
  public var validationBatches: Int
  /// How many validation losses in a row may be no better than the best one before the run ends; `nil` for any.
  public var patience: Int?
  /// Steps between two samples, of which the last comes after the last step; `nil` for none.
  public var sampleInterval: Int?
  /// Tokens of a sample.
  public var sampleLength: Int
  /// Of a new model's weights, of adapters, and of samples.
  public var seed: UInt64

  package init(
    batchSize: Int, sequenceLength: Int, documentStart: Int32? = nil,
    sequenceWarmUp: SequenceWarmUp? = nil, accumulation: Int = 1,
    batchWarmUpSteps: Int = 0, replicas: Int = 1,
    exchange: ExchangeSettings = ExchangeSettings(), outer: OuterSettings? = nil,
    recomputing: Recomputation = .nothing, steps: Int, learningRate: LearningRateSchedule,
    optimizer: Optimizer.Settings, shardsOptimizer: Bool = false, emaDecay: Float? = nil,
    trained: TensorSet = .all, adapters: AdapterLayout? = nil, storedByteCount: Int? = nil,
    regroupedByteCount: Int = 0,
    outliers: OutlierLimits = OutlierLimits(),
    isOverfitting: Bool = false, validationInterval: Int?,
    validationBatches: Int, patience: Int? = nil, sampleInterval: Int?, sampleLength: Int, seed: UInt64
  ) {
    self.batchSize = batchSize
    self.sequenceLength = sequenceLength
    self.documentStart = documentStart
    self.sequenceWarmUp = sequenceWarmUp
    self.accumulation = accumulation
    self.batchWarmUpSteps = batchWarmUpSteps
    self.replicas = replicas
    self.exchange = exchange
    self.outer = outer
    self.recomputing = recomputing
    self.steps = steps
    self.learningRate = learningRate
    self.optimizer = optimizer
    self.shardsOptimizer = shardsOptimizer
    self.emaDecay = emaDecay
    self.trained = trained
    self.adapters = adapters
    self.storedByteCount = storedByteCount
    self.regroupedByteCount = regroupedByteCount
    self.outliers = outliers
    self.isOverfitting = isOverfitting
    self.validationInterval = validationInterval
    self.validationBatches = validationBatches
    self.patience = patience
    self.sampleInterval = sampleInterval
    self.sampleLength = sampleLength
    self.seed = seed
  }

  /// The steps that a run can come to: state files, which are llm.c's, count them in an int32.
  public static let possibleSteps = 0...Int(Int32.max)

  /// Tokens that an update learns from, after a warm-up of batches; the largest number if there is none for so many.
  public var tokensPerStep: Int { (CheckedCount(batchSize) * sequenceLength * accumulation).value ?? .max }
}
