import GPT2Kernels
import GPT2Transformer

/// How closely a model must agree with a reference state, and the ten steps that follow.
package struct VerificationRecipe: Sendable {
  /// |value − reference| ≤ absolute + relative · |reference| + ofLargest · max |reference|, for every element.
  package struct Tolerance: Equatable, Sendable, CustomStringConvertible {
    package let absolute: Float
    package let relative: Float
    /// Of the largest element of the tensor.
    package let ofLargest: Float

    package init(absolute: Float = 0, relative: Float = 0, ofLargest: Float = 0) {
      self.absolute = absolute
      self.relative = relative
      self.ofLargest = ofLargest
    }

    /// The same tolerance for one tensor, whose largest element makes a part of it absolute.
    func within(_ reference: UnsafeBufferPointer<Float>) -> Tolerance {
      guard ofLargest > 0 else { return self }
      // An infinite reference must not allow everything.
      let largest = reference.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
      return Tolerance(absolute: absolute + ofLargest * largest, relative: relative)
    }

    func allows(_ difference: Float, from reference: Float) -> Bool {
      precondition(ofLargest == 0, "the largest element is not known here")
      // A NaN compares false, and so is never allowed.
      return difference <= absolute + relative * abs(reference)
    }

    package var description: String {
      relative == 0 ? "\(absolute)" : "\(absolute) + \(relative)·|ref|"
    }
  }

  /// What may differ by how much.
  package struct Tolerances: Equatable, Sendable {
    package let logits: Tolerance
    package let loss: Tolerance
    package let gradients: Tolerance
    /// For each of the ten steps' losses against a known trajectory. AdamW's first steps follow the signs of
    /// gradients near zero, so a trajectory computed in fp32 is itself uncertain: PyTorch's of a random 124M is
    /// up to 1.3e-4 from its own in float64 (by the strict recipe), which the strict tolerance leaves room for.
    package let trajectory: Tolerance
  }

  package let name: String
  /// Of the model's products; `at(_:)` gives the recipe for another.
  package internal(set) var precision = Precision.fp32
  package internal(set) var tolerances: Tolerances
  package let optimizer: Optimizer.Settings
  package let learningRate: Float
  package let steps: Int
  /// Whether saving, reloading and ten more steps must give the same bits as ten more steps straight on.
  package let checksResume: Bool
  /// The losses of OpenAI's 124M weights on llm.c's debug state.
  package let openAILosses: [Float]

  /// What llm.c's `test_gpt2.c` demands.
  package static let llmc = VerificationRecipe(
    name: "llmc",
    tolerances: Tolerances(
      logits: Tolerance(absolute: 1e-2), loss: Tolerance(absolute: 1e-2),
      gradients: Tolerance(absolute: 2e-2), trajectory: Tolerance(absolute: 1e-2)),
    optimizer: Optimizer.Settings(
      beta2: 0.999, weightDecay: 0.01, decayed: .all, maximumGradientNorm: nil),
    learningRate: 1e-4, steps: 10, checksResume: false,
    openAILosses: [
      5.270007133483887, 4.059706687927246, 3.3751230239868164, 2.8007826805114746, 2.315382242202759,
      1.8490285873413086, 1.3946564197540283, 0.9991465210914612, 0.6240804195404053, 0.37651097774505615,
    ])

  /// What llm.c's `test_gpt2.cu` demands at fp32.
  package static let strict = VerificationRecipe(
    name: "strict",
    tolerances: Tolerances(
      logits: Tolerance(absolute: 1e-3), loss: Tolerance(absolute: 1e-5),
      gradients: Tolerance(absolute: 1e-6, relative: 0.079), trajectory: Tolerance(absolute: 1e-3)),
    optimizer: Optimizer.Settings(
      beta2: 0.95, weightDecay: 0, decayed: .matrices, maximumGradientNorm: 1),
    learningRate: 1e-4, steps: 10, checksResume: true,
    openAILosses: [
      5.270009, 4.060681, 3.320085, 2.717550, 2.181066, 1.653923, 1.168050, 0.736873, 0.401021, 0.187493,
    ])
}
