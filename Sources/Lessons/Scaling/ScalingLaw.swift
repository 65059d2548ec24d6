import GPT2Platform

/// How the loss falls with parameters N and tokens D (Hoffmann et al. 2022, "Training Compute-Optimal Large Language
/// Models", equation 2):
///
///     L(N, D) = E + A / N^α + B / D^β
///
/// E is what no model of that text gets below, the second term what a small model lacks, the third what few tokens leave
/// unlearnt.
package struct ScalingLaw: Equatable, Sendable, Encodable {
  /// ln E, ln A and ln B: A and B may be beyond what a number holds.
  package var logE: Double
  package var logA: Double
  package var logB: Double
  /// α
  package var alpha: Double
  /// β
  package var beta: Double

  package init(logE: Double, logA: Double, logB: Double, alpha: Double, beta: Double) {
    (self.logE, self.logA, self.logB) = (logE, logA, logB)
    (self.alpha, self.beta) = (alpha, beta)
  }

  /// The paper's own, of its text and its tokens (section 3.3).
  package static let chinchilla = ScalingLaw(
    logE: log(1.69), logA: log(406.4), logB: log(410.7), alpha: 0.34, beta: 0.28)

  /// L, in nats a token.
  package func loss(parameters: Double, tokens: Double) -> Double {
    exp(logE) + exp(logA - alpha * log(parameters)) + exp(logB - beta * log(tokens))
  }

  /// Where the loss is least of all N and D with 6·N·D = C (the paper's equation 4):
  ///
  ///     N = G·(C/6)^(β/(α+β)),   D = (C/6)^(α/(α+β)) / G,   G = (αA / βB)^(1/(α+β))
  ///
  /// - Parameter operations: C: multiplications and additions of the whole training.
  package func optimum(operations: Double) -> (parameters: Double, tokens: Double) {
    let logG = (log(alpha) + logA - log(beta) - logB) / (alpha + beta)
    let budget = log(operations / 6)
    return (
      exp(logG + budget * beta / (alpha + beta)), exp(-logG + budget * alpha / (alpha + beta))
    )
  }
}
