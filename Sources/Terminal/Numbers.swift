import GPT2TextFormatting

/// Numbers as people read them.
package enum Numbers {
  /// "124.5M", "1.6B", "9.9k".
  package static func short(_ value: Double) -> String {
    for (size, suffix) in [(1e9, "B"), (1e6, "M"), (1e3, "k")] where value >= size {
      return fixed(value / size, 1) + suffix
    }
    return fixed(value, 0)
  }

  package static func fixed(_ value: Double, _ decimals: Int) -> String {
    DecimalText.fixed(value, decimals)
  }

  package static func scientific(_ value: Float) -> String {
    value == 0 ? "0" : DecimalText.scientific(Double(value), 2)
  }

  /// "2.1 GiB" or "310 MiB".
  package static func bytes(_ count: Int) -> String { DecimalText.bytes(count) }

  /// "1:05" or "2:03:05", and "--:--" while unknown.
  package static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e7 else { return "--:--" }
    let total = Int(seconds.rounded())
    let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60)
    let seconds = DecimalText.padded(rest, 2)
    return hours > 0 ? "\(hours):\(DecimalText.padded(minutes, 2)):\(seconds)" : "\(minutes):\(seconds)"
  }
}
