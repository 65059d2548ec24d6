/// All decimal digits of a number: every finite binary fraction has finitely many.
///
/// 0.1 is held as 3602879701896397 · 2⁻⁵⁵, whose digits are 0.1000000000000000055511151231257827…, 55 of them behind
/// the point. Rounding these, and not a product with a power of ten, is what makes a printed number the nearest one.
struct DecimalExpansion {
  /// From the first that is not 0; none for 0.
  private(set) var digits: [UInt8]
  /// How many digits are before the point; negative if zeros come after it before the first digit.
  private(set) var integerDigits: Int

  /// Of the absolute value.
  init(magnitudeOf value: Double) {
    precondition(value.isFinite, "no number has no digits")
    digits = []
    integerDigits = 0
    guard value != 0 else { return }
    let isNormal = value.isNormal
    var significand = value.significandBitPattern | (isNormal ? 1 << 52 : 0)
    var exponent = (isNormal ? Int(value.exponentBitPattern) : 1) - 1075
    let zeros = significand.trailingZeroBitCount
    significand >>= UInt64(zeros)
    exponent += zeros

    digits = String(significand).utf8.map { $0 - UInt8(ascii: "0") }
    integerDigits = digits.count
    for _ in 0..<max(0, exponent) { double() }
    for _ in 0..<max(0, -exponent) { halve() }
  }

  private mutating func double() {
    var carry: UInt8 = 0
    for index in digits.indices.reversed() {
      let twice = digits[index] * 2 + carry
      carry = twice >= 10 ? 1 : 0
      digits[index] = twice - carry * 10
    }
    if carry > 0 { insertFirst(carry) }
  }

  private mutating func halve() {
    var rest: UInt8 = 0
    for index in digits.indices {
      let value = rest * 10 + digits[index]
      digits[index] = value / 2
      rest = value % 2
    }
    if rest > 0 { digits.append(5) }
    if digits[0] == 0 {
      digits.removeFirst()
      integerDigits -= 1
    }
  }

  private mutating func insertFirst(_ digit: UInt8) {
    digits.insert(digit, at: 0)
    integerDigits += 1
  }

  /// Keeps so many digits behind the point, and rounds to the nearest; halfway to the even digit, as the C library.
  mutating func round(toDecimals decimals: Int) { round(toDigits: integerDigits + decimals) }

  /// Keeps the first so many digits; none or fewer leave 0, or what rounding up makes of it.
  mutating func round(toDigits kept: Int) {
    guard kept < digits.count else { return }
    let isUp = kept >= 0 && Self.roundsUp(digits[kept...], after: kept > 0 ? digits[kept - 1] : 0)
    digits.removeSubrange(max(0, kept)...)
    guard isUp else { return }
    // 9s become 0s, which need not be kept.
    while digits.last == 9 { digits.removeLast() }
    guard let last = digits.popLast() else {
      digits = [1]
      integerDigits += 1
      return
    }
    digits.append(last + 1)
  }

  private static func roundsUp(_ rest: ArraySlice<UInt8>, after last: UInt8) -> Bool {
    guard rest.first == 5, rest.dropFirst().allSatisfy({ $0 == 0 }) else { return (rest.first ?? 0) >= 5 }
    return last % 2 == 1
  }
}
