import GPT2Tokens
import GPT2TrainingCore
import GPT2Transformer

extension TrainingPlan {
  /// A plan for some data, with the defaults of `gpt2 train`: the same bits come of both.
  ///
  /// B and T are those of the data. All else can be changed afterwards, too, but the steps, which the schedule of the
  /// learning rate belongs to.
  ///
  /// - Parameters:
  ///   - data: What will be learnt from.
  ///   - steps: Updates to make; once through the data if not given.
  ///   - accumulation: Batches whose gradients make up an update.
  ///   - learningRate: The largest rate.
  ///   - schedule: How the rate goes on after the warm-up.
  ///   - warmUpSteps: Steps in which the rate rises from zero.
  ///   - finalFraction: What the schedule ends at, as a fraction of the rate.
  ///   - optimizer: AdamW with llm.c's settings if not given.
  ///   - seed: Of a new model's weights and of the samples; 42 gives llm.c's and PyTorch's weights.
  public init(
    for data: DataLoader, steps: Int? = nil, accumulation: Int = 1, learningRate: Float = 3e-4,
    schedule: LearningRateSchedule.Shape = .cosine, warmUpSteps: Int = 0, finalFraction: Float = 0,
    optimizer: Optimizer.Settings = Optimizer.Settings(), seed: UInt32 = 42
  ) {
    func rate(over steps: Int) -> LearningRateSchedule {
      LearningRateSchedule(
        shape: schedule, peak: learningRate, warmUpSteps: warmUpSteps, steps: steps,
        finalFraction: finalFraction)
    }
    self.init(
      batchSize: data.batchSize, sequenceLength: data.sequenceLength, accumulation: accumulation,
      steps: steps ?? 1, learningRate: rate(over: steps ?? 1), optimizer: optimizer, validationInterval: 100,
      validationBatches: 20, sampleInterval: 100, sampleLength: 64, seed: UInt64(seed))
    guard steps == nil, accumulation > 0 else { return }
    self.steps = self.steps(over: data.tokensInAllShards)
    self.learningRate = rate(over: self.steps)
  }

  /// Trains low-rank adapters in the place of the weights (LoRA: Hu et al. 2021, arXiv:2106.09685): little memory, small
  /// files, and the model stays as it is.
  ///
  /// - Parameters:
  ///   - rank: r.
  ///   - alpha: α; their product is multiplied by α ÷ r.
  ///   - targets: The linear layers that get adapters; all if not given.
  ///   - model: What will be trained.
  /// - Throws: `AdapterError` for a rank, α or targets that cannot be.
  public mutating func trainAdapters(
    rank: Int, alpha: Float = 16, targets: TensorSet = AdapterLayout.possibleTargets, of model: StartingModel
  ) throws(AdapterError) {
    adapters = try AdapterLayout(model.configuration, rank: rank, alpha: alpha, targets: targets)
    trained = .none
  }
}
