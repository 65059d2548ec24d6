import GPT2Platform

/// The law that suits trained models best, as the paper finds it (its equation 3): the least sum of Huber's losses of
/// ln L(N, D) − ln(loss), so that a run that went astray has little say.
package struct ScalingFit: Sendable {
  package let law: ScalingLaw
  package let kind: ParameterCounts.Kind
  /// The sum that is least.
  package let objective: Double

  /// δ: from where on an error counts in proportion and no more by its square; the paper's.
  package static let delta = 1e-3

  /// - Parameters:
  ///   - runs: At least one.
  ///   - starts: Laws to begin from. If none are given, a grid of laws that pass through the middle of the runs.
  package init(_ runs: [ScalingRun], counting kind: ParameterCounts.Kind, from starts: [ScalingLaw] = []) {
    let problem = ScalingProblem(runs, counting: kind)
    let places = starts.isEmpty ? problem.grid : starts.map(problem.place)
    var best = (place: places[0], objective: problem.objective(at: places[0]))
    for place in places {
      let found = problem.descend(from: place)
      if found.objective < best.objective { best = found }
    }
    self.kind = kind
    law = problem.law(at: best.place)
    objective = best.objective
  }
}

/// The sum to make least, of five numbers: e, a, b, ln α and ln β, where a and b are the logarithms of the two terms in
/// the middle of the runs. So all five are of a size, and no law rises with N or D.
struct ScalingProblem {
  private struct Sample {
    /// ln N and ln D, from their means.
    var x: Double
    var y: Double
    var logLoss: Double
  }

  private let samples: [Sample]
  private let meanX: Double
  private let meanY: Double

  /// What is beyond is a term that is nothing, or one that does not change.
  private static let bounds: [ClosedRange<Double>] = [-20...10, -20...20, -20...20, -8...2, -8...2]

  init(_ runs: [ScalingRun], counting kind: ParameterCounts.Kind) {
    let xs = runs.map { log($0.parameters(kind)) }
    let ys = runs.map { log(Double($0.tokens)) }
    meanX = xs.reduce(0, +) / Double(runs.count)
    meanY = ys.reduce(0, +) / Double(runs.count)
    samples = runs.indices.map { [meanX, meanY] in
      Sample(x: xs[$0] - meanX, y: ys[$0] - meanY, logLoss: log(runs[$0].loss))
    }
  }

  func law(at place: [Double]) -> ScalingLaw {
    let (alpha, beta) = (exp(place[3]), exp(place[4]))
    return ScalingLaw(
      logE: place[0], logA: place[1] + alpha * meanX, logB: place[2] + beta * meanY, alpha: alpha, beta: beta)
  }

  func place(_ law: ScalingLaw) -> [Double] {
    bounded([
      law.logE, law.logA - law.alpha * meanX, law.logB - law.beta * meanY, log(law.alpha), log(law.beta),
    ])
  }

  /// E is a share of the lowest loss; the terms share what is left of the mean one.
  var grid: [[Double]] {
    let lowest = exp(samples.map(\.logLoss).min() ?? 0)
    let mean = exp(samples.map(\.logLoss).reduce(0, +) / Double(samples.count))
    let exponents = [0.1, 0.3, 0.6, 1.2]
    return [0.1, 0.4, 0.7, 0.9].flatMap { share in
      let half = log((mean - share * lowest) / 2)
      return exponents.flatMap { alpha in
        exponents.map { beta in [log(share * lowest), half, half, log(alpha), log(beta)] }
      }
    }
  }

  private func bounded(_ place: [Double]) -> [Double] {
    zip(place, Self.bounds).map { min(max($0, $1.lowerBound), $1.upperBound) }
  }

  /// The residual ln L − ln(loss), and its slopes by the five.
  private func residual(_ sample: Sample, at place: [Double]) -> (value: Double, slopes: [Double]) {
    let (alpha, beta) = (exp(place[3]), exp(place[4]))
    let (first, second) = (exp(place[1] - alpha * sample.x), exp(place[2] - beta * sample.y))
    let constant = exp(place[0])
    let loss = constant + first + second
    let (share, other) = (first / loss, second / loss)
    return (
      log(loss) - sample.logLoss,
      [constant / loss, share, other, -share * alpha * sample.x, -other * beta * sample.y]
    )
  }

  /// Huber's: r²/2 up to δ, then δ·(|r| − δ/2).
  private func huber(_ residual: Double) -> Double {
    let delta = ScalingFit.delta
    return abs(residual) <= delta ? residual * residual / 2 : delta * (abs(residual) - delta / 2)
  }

  func objective(at place: [Double]) -> Double {
    samples.reduce(0) { $0 + huber(residual($1, at: place).value) }
  }

  /// Levenberg and Marquardt's steps, in which a residual beyond δ weighs δ/|r| (reweighted least squares): downhill
  /// until a step gains nothing to speak of.
  func descend(from start: [Double]) -> (place: [Double], objective: Double) {
    var place = bounded(start)
    var objective = objective(at: place)
    var damping = 1e-3
    for _ in 0..<Self.mostSteps {
      let (matrix, gradient) = equations(at: place)
      var next: (place: [Double], objective: Double)?
      while damping < Self.mostDamping {
        if let step = step(matrix, gradient, damping: damping) {
          let there = bounded(zip(place, step).map { $0 - $1 })
          let sum = self.objective(at: there)
          if sum < objective {
            next = (there, sum)
            break
          }
        }
        damping *= 4
      }
      guard let next else { break }
      let gain = objective - next.objective
      (place, objective) = next
      damping = max(damping / 8, 1e-12)
      guard gain > Self.leastGain * objective else { break }
    }
    return (place, objective)
  }

  private static let (mostSteps, mostDamping, leastGain) = (400, 1e12, 1e-10)

  /// JᵀWJ and JᵀWr.
  private func equations(at place: [Double]) -> (matrix: [Double], gradient: [Double]) {
    let count = place.count
    var matrix = [Double](repeating: 0, count: count * count)
    var gradient = [Double](repeating: 0, count: count)
    for sample in samples {
      let (value, slopes) = residual(sample, at: place)
      let weight = abs(value) <= ScalingFit.delta ? 1 : ScalingFit.delta / abs(value)
      for row in 0..<count {
        gradient[row] += weight * slopes[row] * value
        for column in 0...row { matrix[row * count + column] += weight * slopes[row] * slopes[column] }
      }
    }
    return (matrix, gradient)
  }

  /// (JᵀWJ + λ·diag(JᵀWJ))⁻¹·JᵀWr, with a little more on the diagonal, for numbers that change nothing.
  private func step(_ matrix: [Double], _ gradient: [Double], damping: Double) -> [Double]? {
    let count = gradient.count
    var damped = matrix
    for row in 0..<count { damped[row * count + row] *= 1 + damping }
    for row in 0..<count { damped[row * count + row] += 1e-9 * damping }
    return Cholesky(damped, dimensions: count)?.solution(of: gradient)
  }
}
