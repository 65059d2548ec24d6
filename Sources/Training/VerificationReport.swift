/// What came of verifying a model by one recipe.
package struct VerificationReport: Sendable {
  package let recipe: VerificationRecipe
  /// Logits, loss, and the sixteen gradients.
  package let tensors: [TensorComparison]
  /// The loss before each of the recipe's steps.
  package let losses: [Float]
  /// What `losses` were compared with, if with anything.
  package let trajectory: Trajectory?
  /// Whether ten steps after a save and a reload gave the same bits; `nil` if the recipe does not ask.
  package let resumesExactly: Bool?

  package struct Trajectory: Sendable {
    /// "OpenAI's 124M", or a file's path.
    package let source: String
    package let losses: [Float]
    /// The steps, counted from 0, whose loss is outside the recipe's tolerance.
    package let divergingSteps: [Int]
  }

  /// Whether everything that was checked holds.
  package var holds: Bool {
    tensors.allSatisfy(\.agrees) && trajectory?.divergingSteps.isEmpty ?? true && resumesExactly ?? true
  }
}
