/// A loss that says nothing.
public struct EvaluationError: Error, Equatable, Sendable, CustomStringConvertible {
  public let loss: Float

  public static func == (lhs: Self, rhs: Self) -> Bool { lhs.loss.bitPattern == rhs.loss.bitPattern }

  public var description: String {
    "the model gave a token the loss \(loss), expected a finite number; "
      + "its weights are damaged or the training that made them diverged"
  }
}
