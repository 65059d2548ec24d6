/// What the backward pass computes again instead of finding it kept, layer by layer: memory for time, as llm.c's
/// option -r. The bits are the same, since the same kernels run on the same values.
public enum Recomputation: Int, CaseIterable, Sendable {
  /// Every layer's activations are kept.
  case nothing = 0
  /// GELU: (B·T, 4C) less for each layer.
  case gelu = 1
  /// GELU and the layer norms: (B·T, 6C) less for each layer.
  case geluAndNorms = 2
}
