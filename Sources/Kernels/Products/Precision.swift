/// What the inputs of matrix products are rounded to; everything else is single precision in either case.
public enum Precision: String, CaseIterable, Sendable {
  /// Single precision: 24 bits of significand.
  case fp32
  /// bfloat16, 8 bits of significand, rounded to nearest even while the product packs its operands; products
  /// and sums are single precision.
  case bf16
}
