import GPT2Platform
import GPT2TextFormatting

/// Numbers as people read them, and as SVG does.
package enum NumberText {
  /// "3.50": with so many decimals. Numbers too large for that are written as powers of ten, and 0 has no sign.
  package static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return named(value) }
    guard abs(value) * power(10, decimals) < 0x1p53 else { return scientific(value) }
    let digits = DecimalText.fixed(abs(value), decimals)
    let isZero = digits.allSatisfy { $0 == "0" || $0 == "." }
    return value < 0 && !isZero ? "−" + digits : digits
  }

  /// "1,234,567".
  package static func grouped(_ value: Int) -> String {
    (value < 0 ? "−" : "") + DecimalText.grouped(value.magnitude)
  }

  /// With so many significant digits: "3.412", "12,340", "3.00×10⁻⁴".
  package static func significant(_ value: Double, _ digits: Int = 4) -> String {
    guard value.isFinite else { return named(value) }
    guard value != 0 else { return "0" }
    let exponent = exponent10(value)
    if exponent < -3 || exponent > 14 { return scientific(value, digits: digits) }
    if exponent >= digits - 1 { return grouped(Int(value.rounded())) }
    return fixed(value, digits - 1 - exponent)
  }

  /// A whole number with all its digits, any other with so many: "1,200", "0.125".
  package static func brief(_ value: Double, _ digits: Int = 4) -> String {
    guard abs(value) < 1e15, value == value.rounded() else { return significant(value, digits) }
    return grouped(Int(value))
  }

  /// A count with three significant digits: "950", "307k", "1.23M".
  package static func abbreviated(_ value: Double) -> String {
    guard value.isFinite, abs(value) >= 1000 else { return brief(value, 3) }
    // What rounding to three digits makes of it, so that 999,999 is 1M.
    let unit = power(10, exponent10(value) - 2)
    return compact((value / unit).rounded() * unit, unitsFrom: 1000)
  }

  /// "3×10⁻⁴", "2.5×10¹²".
  package static func scientific(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite else { return named(value) }
    guard value != 0 else { return "0" }
    let parts = DecimalText.scientific(abs(value), digits - 1).split(separator: "e")
    var mantissa = parts[0]
    if mantissa.contains(".") {
      while mantissa.last == "0" { mantissa.removeLast() }
      if mantissa.last == "." { mantissa.removeLast() }
    }
    return (value < 0 ? "−" : "") + "\(mantissa)×10\(superscript(Int(parts[1]) ?? 0))"
  }

  /// "250", "20k", "1.5M", "2G": no more digits than needed, for the ticks of an axis.
  ///
  /// - Parameter unitsFrom: Below it, numbers are written out.
  package static func compact(_ value: Double, decimals: Int = 0, unitsFrom: Double = 10_000) -> String {
    guard value.isFinite else { return named(value) }
    guard abs(value) >= unitsFrom else {
      return decimals == 0 && abs(value) >= 1000 ? grouped(Int(value.rounded())) : fixed(value, decimals)
    }
    for (size, suffix) in [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")] where abs(value) >= size {
      guard abs(value) < 1e15 else { break }
      var text = fixed(value / size, 3)
      while text.last == "0" { text.removeLast() }
      if text.last == "." { text.removeLast() }
      return text + suffix
    }
    return scientific(value)
  }

  /// At most two decimals, and none that are zero.
  static func coordinate(_ value: Double) -> String {
    precondition(value.isFinite, "a coordinate that is no number")
    let hundredths = Int((max(-1e9, min(1e9, value)) * 100).rounded())
    let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
    var text = hundredths < 0 ? "-\(whole)" : "\(whole)"
    if rest > 0 { text += rest.isMultiple(of: 10) ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)" }
    return text
  }

  /// ⌊log₁₀ |value|⌋ of a number that is not 0.
  static func exponent10(_ value: Double) -> Int {
    let estimate = Int(floor(log10(abs(value))))
    // The logarithm of a number just below a power of ten may be rounded up to it.
    if estimate > -300 && power(10, estimate) > abs(value) { return estimate - 1 }
    return estimate
  }

  static func power(_ base: Double, _ exponent: Int) -> Double { pow(base, Double(exponent)) }

  private static func named(_ value: Double) -> String {
    value.isNaN ? "NaN" : value < 0 ? "−∞" : "∞"
  }

  private static func superscript(_ value: Int) -> String {
    let digits: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
    let text = String(value.magnitude).compactMap { $0.wholeNumberValue }.map { digits[$0] }
    return (value < 0 ? "⁻" : "") + String(text)
  }
}
