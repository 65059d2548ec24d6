/// Keeps tokens whose probability is at least p times the largest one (Nguyen et al. 2024, "Turning Up the
/// Heat: Min-p Sampling for Creative and Coherent LLM Outputs").
struct MinP: Sendable {
  /// 0 ≤ p ≤ 1; 0 keeps all.
  let ratio: Double

  /// The smallest weight that stays.
  func threshold(greatestWeight: Double) -> Double { ratio * greatestWeight }
}
