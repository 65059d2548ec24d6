import GPT2Charts
import GPT2Platform

extension ScalingLesson {
  /// What the rung prints.
  package var lines: [String] {
    results.fits.flatMap(lines) + [""] + trialLines + [""] + (results.heldOut + results.target).map(line)
  }

  private func lines(_ fit: Fit) -> [String] {
    let law = fit.law
    let counted = fit.counted == .all ? "by all parameters" : "by the layers' parameters"
    func range(_ values: [Double]) -> String {
      "\(NumberText.fixed(values[0], 2)) to \(NumberText.fixed(values[1], 2))"
    }
    return [
      "\(counted): L = \(NumberText.fixed(exp(law.logE), 3)) + \(Self.term(law.logA)) / N^\(NumberText.fixed(law.alpha, 3)) "
        + "+ \(Self.term(law.logB)) / D^\(NumberText.fixed(law.beta, 3))",
      "  mean error of \(results.fitted) runs \(share(fit.meanError)), largest \(share(fit.largestError))",
      "  of runs drawn anew, nine tenths: E \(range(fit.rangeOfE)), α \(range(fit.rangeOfAlpha)), "
        + "β \(range(fit.rangeOfBeta))",
    ]
  }

  private var trialLines: [String] {
    results.trials.map {
      "\($0.name): mean error \(share($0.meanError)), largest \(share($0.largestError)), \($0.runs) runs"
    } + (results.spread.map { ["seeds alone: \(share($0)) at most"] } ?? [])
  }

  private func line(_ prediction: Prediction) -> String {
    let found = prediction.measured.map { ", measured \(NumberText.fixed($0, 4))" } ?? ""
    return
      "\(prediction.size) of \(NumberText.compact(prediction.tokens)) tokens: \(NumberText.fixed(prediction.loss, 3)), "
      + "nine tenths \(Self.interval(prediction)); by the layers' \(NumberText.fixed(prediction.lossByLayers, 3))\(found)"
  }

  private func share(_ value: Double) -> String { "\(NumberText.fixed(value * 100, 2)) %" }

  /// e to the power of it, as people read it.
  private static func term(_ logarithm: Double) -> String { NumberText.significant(exp(logarithm), 4) }
}
