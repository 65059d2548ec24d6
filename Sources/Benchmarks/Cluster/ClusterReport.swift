import Kernels

/// What was measured, what was assumed, and what follows for other machines.
public struct ClusterReport: Encodable, Sendable {
  public let machine: Machine
  public let settings: BenchmarkReport.SettingsRecord
  public let figures: ClusterFigures
  public let cluster: ClusterSettings
  public let exchange: Exchange
  public let plans: [ClusterPlan]
  /// The fewest machines for 10 billion tokens, or as many as were named, in seven days and in one; `nil` if no number that
  /// can share an update's batches is enough.
  public let week: ClusterPlan?
  public let day: ClusterPlan?

  /// How gradients are exchanged.
  public struct Exchange: Encodable, Sendable {
    public let gradientPrecision: String
    public let overlaps: Bool
    public let shardsOptimizer: Bool

    public init(gradientPrecision: Precision, overlaps: Bool, shardsOptimizer: Bool) {
      self.gradientPrecision = gradientPrecision.rawValue
      self.overlaps = overlaps
      self.shardsOptimizer = shardsOptimizer
    }
  }

  /// - Parameter model: Of a process that has a machine to itself.
  public init(
    _ figures: ClusterFigures, _ settings: BenchmarkSettings, _ model: ClusterModel,
    _ cluster: ClusterSettings, _ exchange: Exchange
  ) {
    machine = Machine(settings.precision, settings.workers.kernels)
    self.settings = BenchmarkReport.SettingsRecord(settings)
    self.figures = figures
    self.cluster = cluster
    self.exchange = exchange
    plans = ClusterPlan.all(model, cluster)
    week = ClusterPlan.fewest(within: 7, model, cluster)
    day = ClusterPlan.fewest(within: 1, model, cluster)
  }
}
