import GPT2Platform

extension ScalingLesson {
  /// A loss that the law names, and where nine tenths of the laws that are fitted to runs drawn anew have it.
  package struct Prediction: Sendable, Encodable {
    package let size: String
    package let tokens: Double
    /// C: multiplications and additions of the training, 6·N·D.
    package let operations: Double
    package let loss: Double
    package let low: Double
    package let high: Double
    /// What the law says that counts the layers' parameters only.
    package let lossByLayers: Double
    /// What a run came to, if one was made.
    package let measured: Double?
  }

  /// A part of the runs that is predicted from the others.
  package struct Trial: Sendable, Encodable {
    /// "d6", or "longest".
    package let part: String
    package let name: String
    package let runs: Int
    /// |predicted / measured − 1|: the mean, and the largest.
    package let meanError: Double
    package let largestError: Double
  }

  package struct Fit: Sendable, Encodable {
    package let counted: ParameterCounts.Kind
    package let law: ScalingLaw
    package let objective: Double
    /// |predicted / measured − 1| of the runs that it was fitted to: the mean, and the largest.
    package let meanError: Double
    package let largestError: Double
    /// From the laws that are fitted to runs drawn anew: from where to where nine tenths have E, α and β.
    package let rangeOfE: [Double]
    package let rangeOfAlpha: [Double]
    package let rangeOfBeta: [Double]
  }

  package struct Results: Sendable, Encodable {
    package let runs: [ScalingRun]
    package let fitted: Int
    /// By all parameters, and by the layers' only.
    package let fits: [Fit]
    package let trials: [Trial]
    /// Of the sizes that were held out, as they were measured.
    package let heldOut: [Prediction]
    /// Of the target, far beyond.
    package let target: [Prediction]
    /// The largest difference of two runs that differ only in their seeds, as a share; `nil` if there are none such.
    package let spread: Double?
  }

  /// The 5th and the 95th percentile, by the nearest rank.
  static func range(of values: [Double]) -> (low: Double, high: Double) {
    guard !values.isEmpty else { return (.nan, .nan) }
    let sorted = values.sorted()
    func rank(_ share: Double) -> Double {
      sorted[min(sorted.count - 1, max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1))]
    }
    return (rank(0.05), rank(0.95))
  }

  /// |predicted / measured − 1|, the mean and the largest.
  static func errors(
    of law: ScalingLaw, on runs: [ScalingRun], counting kind: ParameterCounts.Kind
  ) -> (mean: Double, largest: Double) {
    let errors = runs.map {
      abs(law.loss(parameters: $0.parameters(kind), tokens: Double($0.tokens)) / $0.loss - 1)
    }
    return (errors.reduce(0, +) / Double(max(1, errors.count)), errors.max() ?? 0)
  }
}

extension ScalingLesson.Results {
  /// - Parameters:
  ///   - fits: By all parameters, and by the layers'.
  ///   - drawn: To runs drawn anew, for each the laws in the order of `fits`.
  init(
    _ runs: [ScalingRun], fitted: [ScalingRun], fits: [ScalingFit], drawn: [[ScalingLaw]],
    target: ParameterCounts, _ settings: ScalingLesson.Settings
  ) {
    self.runs = runs
    self.fitted = fitted.count
    self.fits = fits.enumerated().map { index, fit in
      ScalingLesson.Fit(fit, to: fitted, drawn: drawn.map { $0[index] })
    }
    trials = ScalingLesson.trials(fitted)
    func prediction(
      of size: String, _ counts: [Double], tokens: Double, measured: Double?
    ) -> ScalingLesson.Prediction {
      let losses = drawn.map { $0[0].loss(parameters: counts[0], tokens: tokens) }
      let range = ScalingLesson.range(of: losses)
      return ScalingLesson.Prediction(
        size: size, tokens: tokens, operations: 6 * counts[0] * tokens,
        loss: fits[0].law.loss(parameters: counts[0], tokens: tokens), low: range.low, high: range.high,
        lossByLayers: fits[1].law.loss(parameters: counts[1], tokens: tokens), measured: measured)
    }
    heldOut = runs.filter { settings.heldOut.contains($0.size) }.map { run in
      prediction(
        of: run.size, fits.map { run.parameters($0.kind) }, tokens: Double(run.tokens), measured: run.loss)
    }
    self.target = settings.targetTokens.map { tokens in
      prediction(
        of: settings.target, fits.map { Double(target[$0.kind]) }, tokens: tokens, measured: nil)
    }
    spread = ScalingLesson.spread(fitted)
  }
}

extension ScalingLesson.Fit {
  init(_ fit: ScalingFit, to runs: [ScalingRun], drawn: [ScalingLaw]) {
    counted = fit.kind
    law = fit.law
    objective = fit.objective
    (meanError, largestError) = ScalingLesson.errors(of: fit.law, on: runs, counting: fit.kind)
    func range(_ value: (ScalingLaw) -> Double) -> [Double] {
      let range = ScalingLesson.range(of: drawn.map(value))
      return [range.low, range.high]
    }
    rangeOfE = range { exp($0.logE) }
    rangeOfAlpha = range(\.alpha)
    rangeOfBeta = range(\.beta)
  }
}

extension ScalingLesson {
  /// The largest size from the smaller ones, and the longest run of each size from the shorter ones; those for which
  /// enough is left.
  static func trials(_ runs: [ScalingRun]) -> [Trial] {
    let largest = runs.max { $0.parameters < $1.parameters }?.size
    let longest = Dictionary(grouping: runs, by: \.size).mapValues { $0.map(\.tokens).max() ?? 0 }
    let parts: [(part: String, name: String, isPredicted: (ScalingRun) -> Bool)] = [
      (largest ?? "", "\(largest ?? "") from smaller ones", { $0.size == largest }),
      ("longest", "the longest run of each size from shorter ones", { $0.tokens == longest[$0.size] }),
    ]
    return parts.compactMap { part in
      let known = runs.filter { !part.isPredicted($0) }
      let predicted = runs.filter(part.isPredicted)
      guard (try? check(known, "left")) != nil else { return nil }
      let law = ScalingFit(known, counting: .all).law
      let errors = errors(of: law, on: predicted, counting: .all)
      return Trial(
        part: part.part, name: part.name, runs: predicted.count, meanError: errors.mean,
        largestError: errors.largest)
    }
  }

  /// The largest difference of losses among runs of the same size and tokens, as a share of the lower.
  static func spread(_ runs: [ScalingRun]) -> Double? {
    Dictionary(grouping: runs) { "\($0.size) \($0.tokens)" }.values.compactMap { same -> Double? in
      guard same.count > 1, let low = same.map(\.loss).min(), let high = same.map(\.loss).max() else {
        return nil
      }
      return high / low - 1
    }.max()
  }
}
