import GPT2Kernels

/// What was measured, what was assumed, and what follows for other machines.
package struct ClusterReport: Encodable, Sendable {
  package let machine: Machine
  package let settings: BenchmarkReport.SettingsRecord
  package let figures: ClusterFigures
  package let cluster: ClusterSettings
  package let exchange: Exchange
  package let plans: [ClusterPlan]
  /// The fewest machines for 10 billion tokens, or as many as were named, in seven days and in one; `nil` if no number that
  /// can share an update's batches is enough.
  package let week: ClusterPlan?
  package let day: ClusterPlan?

  /// How gradients are exchanged.
  package struct Exchange: Encodable, Sendable {
    package let gradientPrecision: String
    package let overlaps: Bool
    package let shardsOptimizer: Bool

    package init(gradientPrecision: Precision, overlaps: Bool, shardsOptimizer: Bool) {
      self.gradientPrecision = gradientPrecision.rawValue
      self.overlaps = overlaps
      self.shardsOptimizer = shardsOptimizer
    }
  }

  /// - Parameter model: Of a process that has a machine to itself.
  package init(
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
