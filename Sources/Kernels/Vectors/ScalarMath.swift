import GPT2Platform

/// The C library's functions of one float, for what is computed once a row or seldom at all.
enum ScalarMath {
  static func log(_ x: Float) -> Float { logf(x) }
  static func errorFunction(_ x: Float) -> Float { erff(x) }
  static func power(_ x: Double, _ exponent: Double) -> Double { pow(x, exponent) }
}
