/// Numbers in decimal digits, character by character as C's `printf` writes them; no locale has a say.
package enum DecimalText {
  /// "3.50", as `%.2f`.
  package static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return named(value) }
    var expansion = DecimalExpansion(magnitudeOf: value)
    expansion.round(toDecimals: decimals)
    let point = expansion.integerDigits
    let whole = point > 0 ? digits(expansion, 0..<point) : "0"
    return sign(value) + whole + (decimals > 0 ? "." + digits(expansion, point..<point + decimals) : "")
  }

  /// "3.00e-04", as `%.2e`.
  package static func scientific(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return named(value) }
    var expansion = DecimalExpansion(magnitudeOf: value)
    expansion.round(toDigits: 1 + decimals)
    let exponent = value == 0 ? 0 : expansion.integerDigits - 1
    let fraction = decimals > 0 ? "." + digits(expansion, 1..<1 + decimals) : ""
    return sign(value) + digits(expansion, 0..<1) + fraction + (exponent < 0 ? "e-" : "e+")
      + padded(Int(exponent.magnitude), 2)
  }

  /// "2.1 GiB" or "310 MiB".
  package static func bytes(_ count: Int) -> String {
    let mebibytes = Double(count) / 1_048_576
    return mebibytes >= 1024 ? fixed(mebibytes / 1024, 1) + " GiB" : fixed(mebibytes, 0) + " MiB"
  }

  /// A whole number that is not negative, in groups of three digits: "1,234,567".
  package static func grouped(_ value: some BinaryInteger) -> String {
    let digits = Array(String(value))
    return digits.indices.map { index in
      index > 0 && (digits.count - index).isMultiple(of: 3) ? ",\(digits[index])" : "\(digits[index])"
    }.joined()
  }

  /// "07": at least so many digits, with zeros before them.
  package static func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// The digits at some places, counted from the expansion's first; outside it are zeros.
  private static func digits(_ expansion: DecimalExpansion, _ places: Range<Int>) -> String {
    let characters = places.map { place in
      UInt8(ascii: "0") + (expansion.digits.indices.contains(place) ? expansion.digits[place] : 0)
    }
    return String(decoding: characters, as: UTF8.self)
  }

  private static func sign(_ value: Double) -> String { value.sign == .minus ? "-" : "" }

  private static func named(_ value: Double) -> String {
    sign(value) + (value.isNaN ? "nan" : "inf")
  }
}
