/// A loss that says nothing.
package struct EvaluationError: Error, Equatable, Sendable, CustomStringConvertible {
  package let loss: Float

  package static func == (lhs: Self, rhs: Self) -> Bool { lhs.loss.bitPattern == rhs.loss.bitPattern }

  package var description: String {
    "the model gave a token the loss \(loss), expected a finite number; "
      + "its weights are damaged or the training that made them diverged"
  }
}
