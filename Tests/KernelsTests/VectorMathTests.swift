import Foundation
import Kernels
import Testing

@Suite("VectorMath") struct VectorMathTests {
  /// The largest relative error of `function` over evenly spaced points.
  static func error(
    from low: Float, to high: Float, of function: (SIMD16<Float>) -> SIMD16<Float>,
    against: (Double) -> Double
  ) -> Double {
    let count = 2000
    var largest = 0.0
    for block in 0..<count {
      var x = SIMD16<Float>()
      for lane in 0..<16 { x[lane] = low + (high - low) * Float(block * 16 + lane) / Float(count * 16) }
      let y = function(x)
      for lane in 0..<16 {
        let expected = against(Double(x[lane]))
        largest = max(largest, abs(Double(y[lane]) - expected) / abs(expected))
      }
    }
    return largest
  }

  @Test("exp is within its stated error")
  func expError() {
    #expect(Self.error(from: -87.3, to: 88.7, of: VectorMath.exp, against: Foundation.exp) < 1.5e-7)
    #expect(Self.error(from: -1, to: 1, of: VectorMath.exp, against: Foundation.exp) < 1.5e-7)
  }

  @Test("exp at the ends of the range and beyond")
  func expExtremes() {
    var x = SIMD16<Float>(repeating: 0)
    let special: [Float] = [-.infinity, .infinity, .nan, 1e30, -1e30, 89, -104.5, -100, 88.72]
    for (lane, value) in special.enumerated() { x[lane] = value }
    let y = VectorMath.exp(x)
    #expect(y[0] == 0 && y[1] == .infinity && y[2].isNaN && y[3] == .infinity && y[4] == 0)
    #expect(y[5] == .infinity && y[6] == 0)
    #expect(abs(y[7] - Foundation.exp(-100)) <= 2 * Float.leastNonzeroMagnitude)
    #expect(y[8].isFinite && y[15] == 1)
  }

  @Test("The square root is within its stated error, and right where there is none")
  func squareRoot() {
    for exponent in stride(from: -126, through: 126, by: 7) {
      let low = Float(sign: .plus, exponent: exponent, significand: 1)
      let error = Self.error(from: low, to: 4 * low, of: VectorMath.squareRoot) { $0.squareRoot() }
      #expect(error < 2.5e-7, "from 2^\(exponent)")
    }
    var x = SIMD16<Float>(repeating: 0)
    x[1] = .infinity
    x[2] = .nan
    x[3] = -1
    x[4] = 1024 * Float.leastNonzeroMagnitude
    x[5] = .greatestFiniteMagnitude
    let y = VectorMath.squareRoot(x)
    #expect(y[0] == 0 && y[1] == .infinity && y[2].isNaN && y[3].isNaN)
    #expect(abs(y[4] - x[4].squareRoot()) < 1e-19 && y[5].isFinite)
  }

  @Test("The logistic function")
  func logistic() {
    var x = SIMD16<Float>()
    for lane in 0..<16 { x[lane] = Float(lane - 8) * 1.37 }
    let logistic = VectorMath.logistic(x)
    for lane in 0..<16 {
      #expect(abs(Double(logistic[lane]) - 1 / (1 + Foundation.exp(-Double(x[lane])))) < 1.5e-7)
    }
  }
}
