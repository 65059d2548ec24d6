/// The rung symmetry: the first experiment of "Learning representations by back-propagating errors" (Rumelhart, Hinton and
/// Williams, Nature 323, 533–536, 1986), from many starts.
package struct SymmetryLesson: Sendable {
  package struct Run: Sendable, Encodable {
    package let seed: UInt32
    /// Until all 64 outputs were on the right side of ½; `nil` if that took more than the limit.
    package let sweeps: Int?
  }

  /// What the shown network's training went through.
  package struct Moment: Sendable, Encodable {
    package let sweep: Int
    package let error: Double
    /// The sizes of the three pairs of the first hidden unit's weights, from the outermost inwards.
    package let sizes: [Double]
  }

  package struct Results: Sendable, Encodable {
    package let runs: [Run]
    package let limit: Int
    /// Of the runs that learnt, in ascending order.
    package let sweeps: [Int]
    package let shownSeed: UInt32
    /// When all outputs were on the right side of ½, and when all were within 0.1 of their targets; the second is
    /// missing if twenty times as many sweeps were not enough for that.
    package let shownSweeps: [Int]
    package let parameters: [Double]
    package let weights: SymmetryWeights
    package let moments: [Moment]
  }

  /// What the paper's network needed.
  package static let printedSweeps = 1_425

  package let results: Results
  /// The first that learnt, trained on until all outputs are within 0.1, or for twenty times as many sweeps.
  package let network: SymmetryNetwork

  /// - Parameters:
  ///   - seeds: Of the starts, from 1 on.
  ///   - limit: Sweeps after which a run is given up.
  ///   - progress: Called after each run.
  /// - Throws: `SymmetryError` if no run learnt.
  package init(seeds: Int, limit: Int, progress: (Int) -> Void = { _ in }) throws(SymmetryError) {
    let runs = (1...UInt32(seeds)).map { seed in
      var training = SymmetryTraining(SymmetryNetwork(seed: seed))
      let isLearnt = training.run(limit: limit)
      progress(Int(seed))
      return Run(seed: seed, sweeps: isLearnt ? training.sweeps : nil)
    }
    guard let shown = runs.first(where: { $0.sweeps != nil }), let sweeps = shown.sweeps else {
      throw SymmetryError(seeds: seeds, limit: limit)
    }
    var training = SymmetryTraining(SymmetryNetwork(seed: shown.seed))
    var moments: [Moment] = []
    // Twenty times as long is ample: the shown run's error falls by then as 1 over the sweeps.
    let isNear = training.run(tolerance: 0.1, limit: 20 * max(1, sweeps)) { sweep, error, network in
      guard sweep.isMultiple(of: 10) else { return }
      let weights = network.weights(of: 0)
      moments.append(
        Moment(
          sweep: sweep, error: error, sizes: (0..<3).map { (abs(weights[$0]) + abs(weights[5 - $0])) / 2 }))
    }
    network = training.network
    results = Results(
      runs: runs, limit: limit, sweeps: runs.compactMap(\.sweeps).sorted(), shownSeed: shown.seed,
      shownSweeps: isNear ? [sweeps, training.sweeps] : [sweeps], parameters: training.network.parameters,
      weights: SymmetryWeights(of: training.network), moments: moments)
  }
}

/// No start led to a network that tells symmetrical vectors from others.
package struct SymmetryError: Error, CustomStringConvertible {
  package let seeds: Int
  package let limit: Int

  package var description: String {
    "none of \(seeds) starts learnt within \(limit) sweeps, expected one at least: try more --seeds or a larger --limit"
  }
}

extension SymmetryLesson.Results {
  /// The number of sweeps that such a share of the runs that learnt needed at most.
  package func quantile(_ share: Double) -> Int {
    sweeps[min(sweeps.count - 1, Int(Double(sweeps.count) * share))]
  }
}
