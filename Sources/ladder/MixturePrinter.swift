import GPT2Lessons
import GPT2Terminal

/// What `ladder em` prints of one fit.
struct MixturePrinter {
  let results: MixtureResults

  init(_ results: MixtureResults) { self.results = results }

  var lines: [String] {
    let fit = results.fit
    var lines = [
      "\(results.points.count) points in \(results.points.dimensions) dimension"
        + (results.points.dimensions == 1 ? "" : "s"), "iteration  log-likelihood, nats a point",
    ]
    lines += fit.states.map {
      Columns.padded("\($0.iteration)", 11) + Numbers.fixed($0.meanLogLikelihood, 6)
    }
    lines.append(
      fit.isConverged
        ? "converged after \(fit.iterations) iterations"
        : "not converged after \(fit.iterations) iterations; --iterations allows more")
    lines.append(starts)
    lines += ["weight   mean; covariance"] + rows(fit.last.mixture)
    if let truth = results.truth { lines += ["drawn from"] + rows(truth) }
    return lines
  }

  private var starts: String {
    let ends = results.ends.sorted(by: >).map { Numbers.fixed($0, 4) }.joined(separator: ", ")
    let failed = results.failedStarts
    return "starts ended at \(ends)"
      + (failed == 0 ? "" : "; \(failed) in a covariance without an inverse, which --regularisation prevents")
  }

  private func rows(_ mixture: GaussianMixture) -> [String] {
    mixture.sorted.components.map { component in
      let d = component.mean.count
      let covariance = (0..<d).map { row in
        list(Array(component.covariance[row * d..<(row + 1) * d]))
      }
      return Columns.padded(Numbers.fixed(component.weight, 4), 9) + list(component.mean) + "; "
        + covariance.joined(separator: " | ")
    }
  }

  private func list(_ values: [Double]) -> String {
    values.map { Numbers.fixed($0, 4) }.joined(separator: " ")
  }

  // MARK: As JSON

  struct Summary: Encodable {
    let dimensions: Int
    let points: Int
    let iterations: Int
    let isConverged: Bool
    let meanLogLikelihoods: [Double]
    let ends: [Double]
    let components: [Component]
    let truth: [Component]?
  }

  struct Component: Encodable {
    let weight: Double
    let mean: [Double]
    /// Row after row.
    let covariance: [Double]
  }

  var summary: Summary {
    Summary(
      dimensions: results.points.dimensions, points: results.points.count, iterations: results.fit.iterations,
      isConverged: results.fit.isConverged, meanLogLikelihoods: results.fit.meanLogLikelihoods,
      ends: results.ends, components: components(results.fit.last.mixture),
      truth: results.truth.map(components))
  }

  private func components(_ mixture: GaussianMixture) -> [Component] {
    mixture.sorted.components.map {
      Component(weight: $0.weight, mean: $0.mean, covariance: $0.covariance)
    }
  }
}
