import GPT2Kernels

extension VerificationRecipe {
  /// The same recipe for a model whose products are of this precision.
  ///
  /// The optimizer, the steps and the bit-for-bit resumption stay; in bf16 the tolerances are those below.
  package func at(_ precision: Precision) -> VerificationRecipe {
    guard precision == .bf16 else { return self }
    var recipe = self
    recipe.precision = precision
    recipe.tolerances = .bf16
    return recipe
  }
}

extension VerificationRecipe.Tolerances {
  /// What products of bf16 inputs may differ by, in both recipes.
  ///
  /// Rounding moves each input by up to 2⁻⁹ of itself. The errors of a product's terms hardly depend on the
  /// output they add up to, so an output that happens to be small has as much of an error as a large one:
  /// tolerances for tensors are fractions of their largest element. (llm.c's `test_gpt2.cu` has absolute ones,
  /// 25 for logits and from 0.0005 to 0.5 for gradients, which fit no other weights than OpenAI's, and allows
  /// 0.05 between losses; it rounds activations and gradients, too, which are fp32 here.)
  ///
  /// Measured on every product's inputs rounded, against float64:
  ///
  ///                  tiny      awkward   random 124M
  ///     logits       0.8 %     1.3 %     0.7 %
  ///     loss         0.001     0.004     0.0003
  ///     gradients    0.9 %     2.5 %     1.5 %       the worst of sixteen
  ///     ten losses   0.0013    0.0042    0.0039      either recipe
  ///
  /// and twice that, or a little more, is allowed. Smaller mistakes than these are found in fp32.
  static let bf16 = Self(
    logits: .init(ofLargest: 0.03), loss: .init(absolute: 0.01), gradients: .init(ofLargest: 0.05),
    trajectory: .init(absolute: 0.02))
}
