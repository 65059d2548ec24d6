/// How long an update of many processes takes, on paper: batches, then what of the exchange of gradients is not hidden behind
/// the last backward pass, then the optimizer.
package struct ClusterModel: Equatable, Sendable {
  /// What one process takes, in seconds.
  package struct Process: Equatable, Sendable, Encodable {
    /// Of a batch.
    package var forward: Double
    /// Of a batch: the classifier's forward pass, the loss, and the backward pass.
    package var backward: Double
    /// Of all gradients.
    package var norm: Double
    /// Of all weights.
    package var update: Double
    /// γ of `ExchangeModel`.
    package var perValue: Double
    /// The threads that it computes on, of which an exchange beside the backward pass takes one.
    package var threads: Int

    package init(
      forward: Double, backward: Double, norm: Double, update: Double, perValue: Double, threads: Int
    ) {
      self.forward = forward
      self.backward = backward
      self.norm = norm
      self.update = update
      self.perValue = perValue
      self.threads = threads
    }

    /// One of so many that share a machine equally, which this one had to itself, if it is so many times as fast.
    ///
    /// - Parameter processes: Below 1, of a process that had as large a share, the one that has all of it.
    func sharing(with processes: Double, speed: Double = 1) -> Process {
      let factor = processes / speed
      return Process(
        forward: forward * factor, backward: backward * factor, norm: norm * factor, update: update * factor,
        perValue: perValue * factor, threads: max(1, Int(Double(threads) / processes)))
    }
  }

  package var process: Process
  /// In their order; each is sent in one go.
  package var gradients: [ReadyGradients]
  /// Batches of an update, over all processes.
  package var batches: Int
  /// 4, or 2 if gradients travel as bf16.
  package var gradientBytes: Double
  /// Whether gradients are exchanged while the backward pass goes on.
  package var overlaps: Bool
  /// Whether each process updates a share of the weights, which are gathered then (ZeRO's first stage).
  package var shardsOptimizer: Bool

  package init(
    process: Process, gradients: [ReadyGradients], batches: Int, gradientBytes: Double = 4,
    overlaps: Bool = true, shardsOptimizer: Bool = false
  ) {
    self.process = process
    self.gradients = gradients
    self.batches = batches
    self.gradientBytes = gradientBytes
    self.overlaps = overlaps
    self.shardsOptimizer = shardsOptimizer
  }

  private var values: Double { Double(gradients.reduce(0) { $0 + $1.values }) }

  /// - Parameter links: The link of each step of an exchange, log₂ P of them; none for one process.
  package func update(over links: [NetworkLink]) -> UpdateEstimate {
    let exchange = ExchangeModel(links: links, secondsPerValue: process.perValue)
    let processes = Double(exchange.processes)
    // With a sharded optimizer the way back is that of the weights, in fp32 and after the update.
    let ways = shardsOptimizer ? 1.0 : 2
    let parts = gradients.map { part in
      ways * exchange.seconds(of: Double(part.values), bytesPerValue: gradientBytes)
    }
    let gather = shardsOptimizer ? exchange.seconds(of: values, bytesPerValue: 4) : 0
    let sum = parts.reduce(0, +)
    let waited = overlaps ? exposed(parts) : sum
    // What is hidden takes a thread from the pass while it adds.
    let adding = ways * exchange.valuesSent(of: values) * process.perValue
    let taken = sum > 0 ? adding * (1 - waited / sum) / Double(process.threads) : 0
    let sent = exchange.valuesSent(of: values)
    return UpdateEstimate(
      computing: Double(batches) / processes * (process.forward + process.backward), exchange: sum + gather,
      waiting: waited + taken + gather,
      optimizing: (process.norm + process.update) / (shardsOptimizer ? processes : 1),
      bytesSent: sent * (ways * gradientBytes + (shardsOptimizer ? 4 : 0)))
  }

  /// How long after the backward pass the exchange ends that began with the first gradients; its parts go one after another.
  private func exposed(_ parts: [Double]) -> Double {
    let end = zip(gradients, parts).reduce(0.0) { end, part in
      max(end, part.0.time * process.backward) + part.1
    }
    return max(0, end - process.backward)
  }
}

/// Where the time of an update goes, in seconds.
package struct UpdateEstimate: Equatable, Sendable, Encodable {
  /// Forward and backward passes.
  package let computing: Double
  /// The whole exchange, hidden or not.
  package let exchange: Double
  /// What the exchange adds to the update.
  package let waiting: Double
  /// The gradients' norm, and the update of the weights.
  package let optimizing: Double
  /// By each process.
  package let bytesSent: Double

  package init(
    computing: Double, exchange: Double, waiting: Double, optimizing: Double, bytesSent: Double
  ) {
    self.computing = computing
    self.exchange = exchange
    self.waiting = waiting
    self.optimizing = optimizing
    self.bytesSent = bytesSent
  }

  package var seconds: Double { computing + waiting + optimizing }

  /// The share of the update that is spent for the exchange.
  package var waitingShare: Double { waiting / seconds }
}
