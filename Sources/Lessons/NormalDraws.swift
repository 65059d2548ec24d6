import GPT2Platform
import GPT2RandomNumbers

extension XorShift {
  /// Two independent standard normal values (Box and Muller 1958), as EurekaLabsAI's lessons draw them.
  mutating func nextNormals() -> (Double, Double) {
    // One draw in 2²⁴ is 0, which has no logarithm.
    let radius = (-2 * log(max(Double(nextFloat()), 0x1p-25))).squareRoot()
    let angle = 2 * Double.pi * Double(nextFloat())
    return (radius * cos(angle), radius * sin(angle))
  }
}
