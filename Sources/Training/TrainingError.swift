/// Why a run stopped early.
public enum TrainingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The loss, or the gradient's norm, is NaN or infinite.
  case notFinite(step: Int, loss: Float, gradientNorm: Float, tensor: String?)

  /// Another process of the run has lost a file that it learns from, and says so.
  case fileLost(step: Int)

  public var description: String {
    switch self {
    case .fileLost(let step):
      "found that another process can no longer read its files at step \(step), expected all of them; see what it says"
    case .notFinite(let step, let loss, let gradientNorm, let tensor):
      "step \(step): found loss \(loss) and gradient norm \(gradientNorm), expected finite numbers"
        + (tensor.map { " (first in \($0))" } ?? "")
        + (step == 1
          ? "; the weights it began with are damaged" : "; the learning rate may be too high")
    }
  }
}
