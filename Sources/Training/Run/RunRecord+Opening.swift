import GPT2Kernels
import GPT2ModelFiles
import GPT2Platform
import GPT2Transformer

extension RunRecord {
  /// The first record of a run, or of a part of one, with what all that train say of their plan. What is said of model and
  /// data is theirs to add.
  ///
  /// - Parameters:
  ///   - path: The file of the model that the run began with; `nil` for a new one.
  ///   - step: Updates made before.
  package init(
    opening plan: TrainingPlan, of configuration: Configuration, beganWith path: String?, after step: Int,
    precision: Precision, on workers: Workers
  ) {
    self.init(.run, step: step)
    time = System.timestamp
    settings = [
      "parameters": "\(configuration.parameterCount ?? 0)", "batch size": "\(plan.batchSize)",
      "sequence length": "\(plan.sequenceLength)", "batches an update": "\(plan.accumulation)",
      "steps": "\(plan.steps)", "optimizer": plan.optimizer.method.rawValue,
      "learning rate": "\(plan.learningRate.peak)", "schedule": plan.learningRate.shape.rawValue,
      "precision": precision.rawValue, "threads": "\(workers.count)", "kernels": "\(workers.kernels)",
      "seed": "\(plan.seed)",
    ]
    if let path = path.flatMap(System.absolutePath) { settings?[RunLogFormat.modelPath] = path }
  }
}
