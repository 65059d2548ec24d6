/// What came of verifying a model by one recipe.
public struct VerificationReport: Sendable {
  public let recipe: VerificationRecipe
  /// Logits, loss, and the sixteen gradients.
  public let tensors: [TensorComparison]
  /// The loss before each of the recipe's steps.
  public let losses: [Float]
  /// What `losses` were compared with, if with anything.
  public let trajectory: Trajectory?
  /// Whether ten steps after a save and a reload gave the same bits; `nil` if the recipe does not ask.
  public let resumesExactly: Bool?

  public struct Trajectory: Sendable {
    /// "OpenAI's 124M", or a file's path.
    public let source: String
    public let losses: [Float]
    /// The steps, counted from 0, whose loss is outside the recipe's tolerance.
    public let divergingSteps: [Int]
  }

  /// Whether everything that was checked holds.
  public var holds: Bool {
    tensors.allSatisfy(\.agrees) && trajectory?.divergingSteps.isEmpty ?? true && resumesExactly ?? true
  }
}
