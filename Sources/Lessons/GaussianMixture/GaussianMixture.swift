import GPT2Platform

/// A density that is a sum of Gaussians: p(x) = Σₖ wₖ·N(x; μₖ, Σₖ), with Σ wₖ = 1.
package struct GaussianMixture: Equatable, Sendable {
  package struct Component: Equatable, Sendable {
    package var weight: Double
    /// (D)
    package var mean: [Double]
    /// (D, D)
    package var covariance: [Double]

    package init(weight: Double, mean: [Double], covariance: [Double]) {
      precondition(covariance.count == mean.count * mean.count, "shapes disagree")
      self.weight = weight
      self.mean = mean
      self.covariance = covariance
    }

    /// Whether every coordinate varies by more than a Double's rounding at the mean: less is no variance, but the error
    /// of computing one.
    fileprivate var isSpread: Bool {
      mean.indices.allSatisfy { row in
        let rounding = 4 * mean[row].ulp
        return covariance[row * mean.count + row] > rounding * rounding
      }
    }
  }

  /// At least one, all of the same number of dimensions.
  package var components: [Component]

  package init(_ components: [Component]) {
    precondition(
      !components.isEmpty && components.allSatisfy { $0.mean.count == components[0].mean.count },
      "shapes disagree")
    self.components = components
  }

  package var dimensions: Int { components[0].mean.count }

  /// ln wₖ·N(x; μₖ, Σₖ) for each point and component, (N, K), with
  ///
  ///     ln N(x; μ, Σ) = −½·(D·ln 2π + (x − μ)ᵀ·Σ⁻¹·(x − μ)) − ½·ln |Σ|.
  ///
  /// With Σ = L·Lᵀ the quadratic form is |L⁻¹·(x − μ)|², and ½·ln |Σ| the sum of the logarithms of L's diagonal.
  ///
  /// - Throws: `MixtureError.degenerateCovariance`.
  package func logDensities(of points: Points, iteration: Int = 0) throws(MixtureError) -> [Double] {
    precondition(points.dimensions == dimensions, "shapes disagree")
    let (count, d) = (points.count, dimensions)
    var logs = [Double](repeating: 0, count: count * components.count)
    var difference = [Double](repeating: 0, count: d)
    for (k, component) in components.enumerated() {
      guard component.isSpread, let factor = Cholesky(component.covariance, dimensions: d) else {
        throw .degenerateCovariance(component: k, iteration: iteration)
      }
      let halfLogDeterminant = (0..<d).reduce(0.0) { $0 + log(factor.values[$1 * d + $1]) }
      let constant = log(component.weight) - halfLogDeterminant - 0.5 * Double(d) * log(2 * Double.pi)
      for index in 0..<count {
        for column in 0..<d {
          difference[column] = points.values[index * d + column] - component.mean[column]
        }
        logs[index * components.count + k] = constant - 0.5 * factor.squaredLength(ofSolved: &difference)
      }
    }
    return logs
  }
}

/// How much each component answers for each point.
package struct Responsibilities: Sendable {
  package let components: Int
  /// rₙₖ = wₖ·N(xₙ; μₖ, Σₖ) / p(xₙ), (N, K): each row adds up to 1.
  package let values: [Double]
  /// The mean of ln p(x) over the points, in nats.
  package let meanLogLikelihood: Double

  /// The E step (expectation). All in logarithms, since a density far from every mean underflows:
  /// ln Σ exp lₖ = m + ln Σ exp(lₖ − m), where m is the largest of l.
  ///
  /// - Throws: `MixtureError.degenerateCovariance`.
  package init(of mixture: GaussianMixture, for points: Points, iteration: Int = 0) throws(MixtureError) {
    let k = mixture.components.count
    var logs = try mixture.logDensities(of: points, iteration: iteration)
    var sum = 0.0
    for start in stride(from: 0, to: logs.count, by: k) {
      var largest = -Double.infinity
      for index in start..<start + k { largest = max(largest, logs[index]) }
      var total = 0.0
      for index in start..<start + k { total += exp(logs[index] - largest) }
      let logDensity = largest + log(total)
      sum += logDensity
      for index in start..<start + k { logs[index] = exp(logs[index] - logDensity) }
    }
    components = k
    values = logs
    meanLogLikelihood = sum / Double(points.count)
  }

  /// The component that answers most for each point, (N).
  package var mostResponsible: [Int] {
    stride(from: 0, to: values.count, by: components).map { start in
      (0..<components).reduce(0) { values[start + $1] > values[start + $0] ? $1 : $0 }
    }
  }

  /// The M step (maximisation): the mixture under which these points, shared out so, are likeliest.
  ///
  ///     Nₖ = Σₙ rₙₖ,   wₖ = Nₖ / N,   μₖ = Σₙ rₙₖ·xₙ / Nₖ,   Σₖ = Σₙ rₙₖ·(xₙ − μₖ)·(xₙ − μₖ)ᵀ / Nₖ + ε·I
  ///
  /// - Parameter regularisation: ε; scikit-learn's `reg_covar`.
  package func mixture(of points: Points, regularisation: Double) -> GaussianMixture {
    let d = points.dimensions
    // So little that it matters only to a component without points; as scikit-learn does.
    let sums = (0..<components).map { k in
      stride(from: k, to: values.count, by: components).reduce(10 * Double.ulpOfOne) { $0 + values[$1] }
    }
    let all = sums.reduce(0, +)
    return GaussianMixture(
      (0..<components).map { k in
        var mean = [Double](repeating: 0, count: d)
        for index in 0..<points.count {
          let share = values[index * components + k] / sums[k]
          for column in 0..<d { mean[column] += share * points.values[index * d + column] }
        }
        var covariance = [Double](repeating: 0, count: d * d)
        for index in 0..<points.count {
          let share = values[index * components + k] / sums[k]
          for row in 0..<d {
            let scaled = share * (points.values[index * d + row] - mean[row])
            for column in 0...row {
              covariance[row * d + column] += scaled * (points.values[index * d + column] - mean[column])
            }
          }
        }
        for row in 0..<d {
          for column in 0..<row { covariance[column * d + row] = covariance[row * d + column] }
          covariance[row * d + row] += regularisation
        }
        return GaussianMixture.Component(weight: sums[k] / all, mean: mean, covariance: covariance)
      })
  }
}
