import GPT2Platform

/// The learning rate at each step: a linear warm-up, then one of llm.c's schedulers.h.
///
/// Unlike llm.c's, the constant rate is warmed up, too; without a warm-up they agree.
public struct LearningRateSchedule: Equatable, Sendable {
  /// How the rate goes on after the warm-up.
  public enum Shape: String, CaseIterable, Sendable {
    /// The peak, down to the final fraction by half a cosine, or along a line.
    case constant, cosine, linear
    /// Warm-up, stable, decay: constant for four fifths of all steps, then down with the square root of the time
    /// (Hägele et al. 2024).
    case wsd
  }

  /// How it goes on after the warm-up.
  public let shape: Shape
  /// The largest rate, reached at the end of the warm-up.
  public let peak: Float
  /// Steps in which the rate rises from zero.
  public let warmUpSteps: Int
  /// All steps of the run.
  public let steps: Int
  /// What all but the constant one end at, as a fraction of the peak.
  public let finalFraction: Float

  /// A schedule for a run of so many steps.
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
    let final = peak * finalFraction
    switch shape {
    case .constant: return peak
    case .cosine:
      return final + (peak - final) * 0.5 * (1 + cosf(.pi * progress(of: step, from: warmUpSteps)))
    case .linear: return peak - (peak - final) * progress(of: step, from: warmUpSteps)
    case .wsd:
      let decayStart = Int(0.8 * Float(steps))
      guard step >= decayStart else { return peak }
      return final + (peak - final) * (1 - progress(of: step, from: decayStart).squareRoot())
    }
  }

  /// How far `step` is from `first` to the end of the run: from 0 to 1, and 1 beyond it.
  private func progress(of step: Int, from first: Int) -> Float {
    min(1, Float(step - first) / Float(max(1, steps - first)))
  }
}
