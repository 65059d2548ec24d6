/// The machines that a plan is for.
package struct ClusterSettings: Equatable, Sendable, Encodable {
  /// How many there may be; powers of two.
  package var machines: [Int] = []
  /// On each machine, which share what it can do; a power of two.
  package var processesPerMachine = 1
  /// How many times as fast a machine is as what was measured.
  package var speed = 1.0
  /// That of a machine, which its processes share.
  package var network = NetworkLink(latency: 50e-6, bandwidth: 1.25e9)
  /// Between two processes of a machine, where it was not measured.
  package var local = NetworkLink(latency: 2e-6, bandwidth: 2e9)
  /// Tokens to learn from in all.
  package var tokens = 10e9
  package var tokensPerUpdate = 1 << 19
  /// Of a machine for an hour, in any currency.
  package var price: Double?

  package init() {}

  /// The links of an exchange's steps: neighbours are on one machine. Its processes send at the same time over one line; but
  /// as the steps over the network come last, what they send together is no more than one would.
  package func links(machines: Int) -> [NetworkLink] {
    var shared = network
    shared.bandwidth /= Double(processesPerMachine)
    return Array(repeating: local, count: processesPerMachine.trailingZeroBitCount)
      + Array(repeating: shared, count: machines.trailingZeroBitCount)
  }
}

/// What a training run takes on so many machines.
package struct ClusterPlan: Equatable, Sendable, Encodable {
  package let machines: Int
  package let processes: Int
  package let update: UpdateEstimate
  package let secondsPerUpdate: Double
  package let waitingShare: Double
  package let tokensPerSecond: Double
  package let days: Double
  /// In the currency of the price.
  package let cost: Double?

  /// - Parameter model: That of one process of these machines.
  init(_ model: ClusterModel, on machines: Int, _ settings: ClusterSettings) {
    self.machines = machines
    processes = machines * settings.processesPerMachine
    update = model.update(over: settings.links(machines: machines))
    secondsPerUpdate = update.seconds
    waitingShare = update.waitingShare
    let tokensPerUpdate = Double(settings.tokensPerUpdate)
    tokensPerSecond = tokensPerUpdate / update.seconds
    let seconds = (settings.tokens / tokensPerUpdate).rounded(.up) * update.seconds
    days = seconds / 86_400
    cost = settings.price.map { $0 * seconds / 3600 * Double(machines) }
  }

  /// Those of a number of machines each.
  ///
  /// - Parameter model: Of one process that has a machine to itself.
  package static func all(_ model: ClusterModel, _ settings: ClusterSettings) -> [ClusterPlan] {
    var model = model
    model.process = model.process.sharing(
      with: Double(settings.processesPerMachine), speed: settings.speed)
    return settings.machines.map { ClusterPlan(model, on: $0, settings) }
  }

  /// The fewest machines on which a run ends within so many days; `nil` if it does not, however many share its batches.
  package static func fewest(
    within days: Double, _ model: ClusterModel, _ settings: ClusterSettings
  ) -> ClusterPlan? {
    var settings = settings
    settings.machines = settings.possibleMachines(forBatches: model.batches)
    return all(model, settings).first { $0.days <= days }
  }
}

extension ClusterSettings {
  /// Powers of two whose processes can share so many batches equally.
  package func possibleMachines(forBatches batches: Int) -> [Int] {
    (0..<30).map { 1 << $0 }.prefix { batches % ($0 * processesPerMachine) == 0 }
  }
}
