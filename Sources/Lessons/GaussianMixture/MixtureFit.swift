/// Expectation-maximisation (Dempster, Laird and Rubin 1977): who answers for each point, then the mixture that suits
/// these answers best, and again. Without regularisation the likelihood of the points never falls.
///
/// It stops as scikit-learn's GaussianMixture does: once an iteration gained less than the tolerance.
package struct MixtureFit: Sendable {
  package struct Settings: Equatable, Sendable {
    /// At most so many iterations.
    package var iterations: Int
    /// Of the mean log-likelihood, in nats.
    package var tolerance: Double
    /// Added to the diagonal of every covariance, in squared units of the points, so that none can shrink to a point or
    /// a line. It is no part of the likelihood, which may therefore fall: in 200,000 iterations on small random problems
    /// 68 did with 1e-6, by 1.4e-5 at most, and one in 27 did with 0.01, by 0.004 at most.
    package var regularisation: Double

    package init(iterations: Int = 300, tolerance: Double = 1e-6, regularisation: Double = 1e-6) {
      precondition(iterations >= 0 && tolerance >= 0 && regularisation >= 0, "settings below 0")
      self.iterations = iterations
      self.tolerance = tolerance
      self.regularisation = regularisation
    }
  }

  /// A mixture on the way.
  package struct State: Sendable {
    /// 0 for the start.
    package let iteration: Int
    package let mixture: GaussianMixture
    /// Of the points under it, in nats a point.
    package let meanLogLikelihood: Double
  }

  /// The start, a few early mixtures, when most happens, and the last. The others are not kept: of many large
  /// Gaussians they could fill the memory.
  package let states: [State]
  /// Of the start, and after each iteration, in nats a point.
  package let meanLogLikelihoods: [Double]
  /// The Gaussian with the largest share in each point under the last mixture, (N).
  package let mostResponsible: [Int]
  package let isConverged: Bool

  private static let kept: Set = [0, 1, 3, 8, 20]

  package var iterations: Int { meanLogLikelihoods.count - 1 }
  package var last: State { states[states.count - 1] }

  /// The most that an iteration lost of the mean log-likelihood, rounding errors aside; 0 if none did.
  package var largestFall: Double {
    let falls = zip(meanLogLikelihoods, meanLogLikelihoods.dropFirst()).map { $0 - $1 }
    return falls.filter { $0 > 1e-9 }.max() ?? 0
  }

  /// - Parameter report: Called with the number of each iteration once it is made.
  /// - Throws: `MixtureError` if there are fewer points than components, a coordinate is no finite number, or a covariance
  ///   has no inverse.
  package init(
    _ points: Points, from start: GaussianMixture, settings: Settings = Settings(),
    report: (Int) -> Void = { _ in }
  ) throws(MixtureError) {
    try points.check(components: start.components.count)
    var mixture = start
    var responsibilities = try Responsibilities(of: mixture, for: points)
    var likelihoods = [responsibilities.meanLogLikelihood]
    var states = [State(iteration: 0, mixture: mixture, meanLogLikelihood: likelihoods[0])]
    var isConverged = false
    while !isConverged && likelihoods.count <= settings.iterations {
      let iteration = likelihoods.count
      mixture = responsibilities.mixture(of: points, regularisation: settings.regularisation)
      responsibilities = try Responsibilities(of: mixture, for: points, iteration: iteration)
      // The gain of the iteration before, as scikit-learn has it: it takes the likelihood in the E step.
      if iteration > 1 {
        isConverged = abs(likelihoods[iteration - 1] - likelihoods[iteration - 2]) < settings.tolerance
      }
      likelihoods.append(responsibilities.meanLogLikelihood)
      if Self.kept.contains(iteration) || isConverged || iteration == settings.iterations {
        states.append(
          State(iteration: iteration, mixture: mixture, meanLogLikelihood: likelihoods[iteration]))
      }
      report(iteration)
    }
    self.states = states
    meanLogLikelihoods = likelihoods
    mostResponsible = responsibilities.mostResponsible
    self.isConverged = isConverged
  }
}

extension Points {
  func check(components: Int) throws(MixtureError) {
    guard count >= components else { throw .tooFewPoints(found: count, components: components) }
    if let point = firstNotFinite { throw .notFinite(point: point) }
  }
}
