import Foundation
import GPT2Lessons
import TestSupport
import Testing

/// Against scikit-learn's GaussianMixture, from the same starts: see dev/reference/lessons/gaussian_mixture.py.
@Suite struct MixtureReferenceTests {
  struct Trace: Decodable {
    let problems: [Problem]
  }

  struct Problem: Decodable {
    let points: [[Double]]
    let regularisation: Double
    let tolerance: Double
    let iterations: Int
    let start: Parameters
    let result: Parameters
    let iterations_made: Int
    let converged: Bool
    let mean_log_likelihood: Double
    let labels: [Int]
  }

  struct Parameters: Decodable {
    let weights: [Double]
    let means: [[Double]]
    let covariances: [[[Double]]]

    var mixture: GaussianMixture {
      GaussianMixture(
        weights.indices.map {
          .init(weight: weights[$0], mean: means[$0], covariance: Array(covariances[$0].joined()))
        })
    }
  }

  @Test func weightsMeansAndCovariancesAreScikitLearns() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("lessons/gaussian_mixture.json")))
    let problems = try JSONDecoder().decode(Trace.self, from: data).problems
    #expect(problems.count == 6)
    for problem in problems {
      let points = Points(dimensions: problem.points[0].count, values: Array(problem.points.joined()))
      let fit = try MixtureFit(
        points, from: problem.start.mixture,
        settings: .init(
          iterations: problem.iterations, tolerance: problem.tolerance,
          regularisation: problem.regularisation))
      #expect(fit.iterations == problem.iterations_made && fit.isConverged == problem.converged)
      #expect(abs(fit.last.meanLogLikelihood - problem.mean_log_likelihood) < 1e-9)
      #expect(fit.mostResponsible == problem.labels)
      for (found, expected) in zip(fit.last.mixture.components, problem.result.mixture.components) {
        #expect(abs(found.weight - expected.weight) < 1e-6)
        for (a, b) in zip(found.mean, expected.mean) { #expect(abs(a - b) < 1e-6) }
        for (a, b) in zip(found.covariance, expected.covariance) { #expect(abs(a - b) < 1e-6) }
      }
    }
  }
}
