import GPT2Charts
import GPT2Platform

extension MixtureResults {
  /// The page of the rung.
  package static func gallery(_ all: [MixtureResults]) -> Gallery {
    Gallery(
      title: "Who made which point?",
      introduction: [
        "Expectation-maximisation fits a sum of Gaussians. It needs to know which Gaussian made a point to place the "
          + "Gaussians, and where the Gaussians are to know which made a point; so it takes turns. E step: each "
          + "Gaussian's share in each point. M step: weights, means and covariances by these shares.",
        "Without regularisation no turn makes the points less likely. That is no promise of the best mixture: another start "
          + "may end elsewhere.",
      ],
      facts: all.flatMap(\.facts), pictures: all.flatMap(\.pictures), script: script)
  }

  private var name: String { points.dimensions == 1 ? "1-D" : "\(points.dimensions)-D" }

  private var facts: [Gallery.Fact] {
    [
      .init(
        "Log-likelihood, \(name)", NumberText.fixed(fit.last.meanLogLikelihood, 4), unit: "nats a point",
        explanation: "of \(NumberText.grouped(points.count)) points; \(parameterCount) parameters"),
      .init(
        "Iterations, \(name)", "\(fit.iterations)",
        explanation: fit.isConverged ? "until the gain was below the tolerance" : "all that were allowed"),
    ]
  }

  private var pictures: [Gallery.Picture] { fit.states.compactMap(picture) + [likelihoods] }

  /// Of the mixture after an iteration; `nil` if its points have too many dimensions to be drawn.
  private func picture(of state: MixtureFit.State) -> Gallery.Picture? {
    let iteration = state.iteration
    let chart: any Chart
    switch points.dimensions {
    case 1: chart = densities(state)
    case 2: chart = ellipses(state)
    default: return nil
    }
    let when = iteration == 0 ? "the start" : "after \(iteration) iteration\(iteration == 1 ? "" : "s")"
    return Gallery.Picture(
      "mixture-\(points.dimensions)d-\(iteration)", title: "\(name): \(when)",
      caption: "Log-likelihood \(NumberText.fixed(state.meanLogLikelihood, 4)) nats a point.", chart,
      // The script needs them once, and takes the last panel for its own.
      values: iteration == fit.last.iteration ? scriptValues : nil, isTwofold: true)
  }

  private var likelihoods: Gallery.Picture {
    let points = fit.meanLogLikelihoods.enumerated().map { ChartPoint(Double($0), $1) }
    let chart = LineChart(
      summary: "Log-likelihood of the points over the iterations", x: Axis("iteration"),
      y: Axis("log-likelihood, nats a point"),
      series: [.init("log-likelihood", points, hasMarkers: true)], size: ChartSize(width: 420, height: 300))
    return Gallery.Picture(
      "likelihood-\(self.points.dimensions)d", title: "\(name): how likely the points are",
      caption: (fit.largestFall == 0
        ? "It rises with every iteration."
        : "Regularisation is no part of it, and made it fall by \(NumberText.scientific(fit.largestFall)) at most.")
        + " Long flat stretches are usual: where two Gaussians overlap, shares move slowly.",
      chart)
  }

  // MARK: One dimension

  private func densities(_ state: MixtureFit.State) -> LineChart {
    let (low, high) = range(of: 0)
    let curves = densities(of: state.mixture)
    let count = curves.count
    let series =
      [
        LineChart.Series(
          "histogram", histogram(from: low, to: high), color: count + 1, labelsLast: false)
      ]
      + curves.enumerated().map { .init("Gaussian \($0 + 1)", $1, color: $0, labelsLast: false) }
      + [.init("their sum", sum(of: curves), color: count, labelsLast: false)]
    return LineChart(
      summary: "A histogram of the points, and the densities of the mixture", x: Axis("x"),
      y: Axis("density", including: 0), series: series, size: ChartSize(width: 420, height: 280))
  }

  /// Each component's density at 201 places.
  func densities(of mixture: GaussianMixture) -> [[ChartPoint]] {
    let (low, high) = range(of: 0)
    let xs = (0...200).map { low + (high - low) * Double($0) / 200 }
    return mixture.components.map { component in xs.map { ChartPoint($0, Self.density(component, at: $0)) } }
  }

  /// Of curves with the same places.
  func sum(of curves: [[ChartPoint]]) -> [ChartPoint] {
    (curves.first ?? []).indices.map { index in
      ChartPoint(curves[0][index].x, curves.reduce(0.0) { $0 + $1[index].y })
    }
  }

  /// The outline of a histogram of the points whose bars have an area of 1 together.
  func histogram(from low: Double, to high: Double) -> [ChartPoint] {
    let bars = max(8, min(40, Int(Double(points.count).squareRoot())))
    let width = (high - low) / Double(bars)
    var counts = [Int](repeating: 0, count: bars)
    for value in points.values {
      // Not a number where all points are one.
      let place = (value - low) / width
      counts[place > 0 ? Int(min(place, Double(bars - 1))) : 0] += 1
    }
    return counts.enumerated().flatMap { bar, count in
      let height = Double(count) / (Double(points.count) * width)
      let left = low + Double(bar) * width
      return [ChartPoint(left, height), ChartPoint(left + width, height)]
    }
  }

  private static func density(_ component: GaussianMixture.Component, at x: Double) -> Double {
    let difference = x - component.mean[0]
    let variance = component.covariance[0]
    return component.weight * exp(-0.5 * difference * difference / variance)
      / (2 * Double.pi * variance).squareRoot()
  }

  // MARK: Two dimensions

  private func ellipses(_ state: MixtureFit.State) -> ScatterPlot {
    let shares = try? Responsibilities(of: state.mixture, for: points)
    let makers = shares?.mostResponsible ?? []
    let groups = state.mixture.components.indices.map { k in
      let members = makers.indices.filter { makers[$0] == k }
      let places = members.map { ChartPoint(points.values[2 * $0], points.values[2 * $0 + 1]) }
      return ScatterPlot.Group("Gaussian \(k + 1)", places, style: k)
    }
    let curves = state.mixture.components.enumerated().flatMap { k, component in
      [1.0, 2.0].compactMap { deviations in
        Self.ellipse(component, deviations: deviations).map {
          ScatterPlot.Curve("Gaussian \(k + 1), \(NumberText.brief(deviations)) σ", $0, style: k)
        }
      }
    }
    let (x, y) = (range(of: 0), range(of: 1))
    return ScatterPlot(
      summary: "Points, each in the style of the Gaussian with the largest share in it, and ellipses",
      x: Axis("x"),
      y: Axis("y"), groups: groups, curves: curves,
      // Nothing is drawn there: it gives all states the same axes.
      regions: .init(x: x.low...x.high, y: y.low...y.high, styles: [[nil]]),
      size: ChartSize(width: 420, height: 400))
  }

  /// Where the Gaussian is so many standard deviations from its mean: μ + s·L·(cos φ, sin φ).
  private static func ellipse(
    _ component: GaussianMixture.Component, deviations: Double
  ) -> [ChartPoint]? {
    guard let factor = Cholesky(component.covariance, dimensions: 2) else { return nil }
    return (0...72).map { index in
      let angle = 2 * Double.pi * Double(index) / 72
      let place = factor.times([cos(angle), sin(angle)])
      return ChartPoint(component.mean[0] + deviations * place[0], component.mean[1] + deviations * place[1])
    }
  }

  /// What the charts of all states show of a coordinate: all points, and in one dimension some room beside them; in two
  /// the ellipses of every shown state.
  func range(of coordinate: Int) -> (low: Double, high: Double) {
    var values = stride(from: coordinate, to: points.values.count, by: points.dimensions).map {
      points.values[$0]
    }
    if points.dimensions == 2 {
      let components = fit.states.flatMap(\.mixture.components)
      values += components.compactMap { Self.ellipse($0, deviations: 2) }.joined().map {
        coordinate == 0 ? $0.x : $0.y
      }
    }
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    // Points that are all one have no range of their own.
    let margin = high > low ? (high - low) * 0.05 : max(abs(high) * 0.05, 1)
    return (low - margin, high + margin)
  }
}
