#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The learning rate at each step: a linear warm-up, then constant or a cosine decay (llm.c's schedulers.h).
public struct LearningRateSchedule: Equatable, Sendable {
  public enum Shape: String, CaseIterable, Sendable {
    case constant, cosine
  }

  public let shape: Shape
  /// The largest rate, reached at the end of the warm-up.
  public let peak: Float
  public let warmUpSteps: Int
  /// All steps of the run.
  public let steps: Int
  /// What the cosine ends at, as a fraction of the peak.
  public let finalFraction: Float

  public init(shape: Shape, peak: Float, warmUpSteps: Int, steps: Int, finalFraction: Float) {
    self.shape = shape
    self.peak = peak
    self.warmUpSteps = warmUpSteps
    self.steps = steps
    self.finalFraction = finalFraction
  }

  /// The rate of `step`, which counts from 0.
  public func rate(at step: Int) -> Float {
    if step < warmUpSteps { return peak * Float(step + 1) / Float(warmUpSteps) }
    switch shape {
    case .constant: return peak
    case .cosine:
      let progress = Float(step - warmUpSteps) / Float(max(1, steps - warmUpSteps))
      let weight = 0.5 * (1 + cosf(.pi * min(1, progress)))
      return peak * (finalFraction + (1 - finalFraction) * weight)
    }
  }
}
