import GPT2RandomNumbers

/// The rung `em`: fits mixtures to points, of files or drawn from a mixture that is known.
package struct MixtureLesson: Sendable {
  package var components = 3
  package var settings = MixtureFit.Settings()
  /// Fits from so many starts, of which the likeliest is kept: each ends at a maximum, which need not be the highest.
  package var starts = 5
  /// Not 0.
  package var seed: UInt64 = 1337
  /// How many points are drawn where there is no file.
  package var pointCount = 400

  package init() {}

  /// Three Gaussians in one dimension, or in two, that overlap.
  package static func example(dimensions: Int) -> GaussianMixture {
    precondition(dimensions == 1 || dimensions == 2, "no example of so many dimensions")
    return dimensions == 1
      ? GaussianMixture([
        .init(weight: 0.5, mean: [-2], covariance: [1]), .init(weight: 0.3, mean: [1.5], covariance: [0.25]),
        .init(weight: 0.2, mean: [5], covariance: [1.5]),
      ])
      : GaussianMixture([
        .init(weight: 0.4, mean: [0, 0], covariance: [1, 0.7, 0.7, 1]),
        .init(weight: 0.35, mean: [3, 1], covariance: [0.6, -0.4, -0.4, 1.2]),
        .init(weight: 0.25, mean: [-1, 4], covariance: [2, 0, 0, 0.3]),
      ])
  }

  /// Draws points from a mixture, and fits another to them.
  ///
  /// - Parameter report: Called with the numbers of the start, from 1, and of each iteration.
  package func fit(
    example mixture: GaussianMixture, report: (_ start: Int, _ iteration: Int) -> Void = { _, _ in }
  ) throws(MixtureError) -> MixtureResults {
    var generator = XorShift(state: seed)
    let points = try mixture.sample(pointCount, using: &generator)
    return try fit(points, truth: mixture, report: report)
  }

  /// - Parameter truth: What the points were drawn from, if it is known.
  /// - Throws: `MixtureError` if the points cannot be fitted from any of the starts.
  package func fit(
    _ points: Points, truth: GaussianMixture? = nil,
    report: (_ start: Int, _ iteration: Int) -> Void = { _, _ in }
  ) throws(MixtureError) -> MixtureResults {
    precondition(starts > 0 && seed != 0, "nothing to begin with")
    var generator = XorShift(state: seed)
    var fits: [MixtureFit] = []
    var failure: MixtureError?
    for number in 1...starts {
      let start = try GaussianMixture.start(
        for: points, components: components, regularisation: settings.regularisation, using: &generator)
      do throws(MixtureError) {
        fits.append(
          try MixtureFit(points, from: start, settings: settings) { report(number, $0) })
      } catch {
        failure = error
      }
    }
    let best = fits.max { $0.last.meanLogLikelihood < $1.last.meanLogLikelihood }
    guard let best else {
      guard let failure else { preconditionFailure("neither a fit nor a failure") }
      throw failure
    }
    return MixtureResults(
      points: points, truth: truth, fit: best, settings: settings, ends: fits.map(\.last.meanLogLikelihood),
      failedStarts: starts - fits.count)
  }
}

package struct MixtureResults: Sendable {
  package let points: Points
  package let truth: GaussianMixture?
  /// The likeliest of all.
  package let fit: MixtureFit
  let settings: MixtureFit.Settings
  /// The mean log-likelihoods that the starts ended at, in nats a point.
  package let ends: [Double]
  package let failedStarts: Int

  /// Free parameters of the mixture: weights that add up to 1, means, and symmetric covariances.
  package var parameterCount: Int {
    let (k, d) = (fit.last.mixture.components.count, points.dimensions)
    return k - 1 + k * d + k * d * (d + 1) / 2
  }
}

extension GaussianMixture {
  /// By the first coordinate of the mean: components have no order of their own.
  package var sorted: GaussianMixture { GaussianMixture(components.sorted { $0.mean[0] < $1.mean[0] }) }
}
