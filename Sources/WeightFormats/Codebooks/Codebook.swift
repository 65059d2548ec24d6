/// The points among which a format of codebooks chooses: eight values at once, or four.
///
/// ggml's authors found the points in many models' weights; no formula gives them. `PackedCodebooks` has them as text.
struct Codebook: Sendable {
  /// (points): a byte for each value of a point, the first lowest.
  let points: [UInt64]

  /// - Parameters:
  ///   - packed: Four hexadecimal digits for each point: its values' places among the levels, the first in the lowest bits.
  ///   - levels: Three, whose places have two bits, or eight, with four.
  init(_ packed: StaticString, levels: [UInt8]) {
    let bits = levels.count > 4 ? 4 : 2
    points = packed.withUTF8Buffer { digits in
      (0..<digits.count / 4).map { point in
        let places = digits[4 * point..<4 * point + 4].reduce(0) { $0 << 4 | Self.value(of: $1) }
        return (0..<16 / bits).reduce(0) { bytes, index in
          bytes | UInt64(levels[places >> (bits * index) & (1 << bits - 1)]) << UInt64(8 * index)
        }
      }
    }
  }

  @inline(__always)
  subscript(_ point: Int) -> UInt64 { points[point] }

  private static func value(of digit: UInt8) -> Int {
    Int(digit) - Int(digit < UInt8(ascii: "a") ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
  }
}

// Each is unpacked when the first block needs it.
extension Codebook {
  static let iq2_xxs = Codebook(PackedCodebooks.iq2_xxs, levels: iq2Levels)
  static let iq2_xs = Codebook(PackedCodebooks.iq2_xs, levels: iq2Levels)
  static let iq2_s = Codebook(PackedCodebooks.iq2_s, levels: iq2Levels)
  /// Twice ggml's levels, so that an eighth is the unit as for the others.
  static let iq3_xxs = Codebook(PackedCodebooks.iq3_xxs, levels: [8, 24, 40, 56, 72, 88, 104, 124])
  static let iq3_s = Codebook(PackedCodebooks.iq3_s, levels: [1, 3, 5, 7, 9, 11, 13, 15])
  /// −1, 0 and 1 in eighths, each plus 8.
  static let iq1 = Codebook(PackedCodebooks.iq1, levels: [0, 8, 16])

  private static let iq2Levels: [UInt8] = [8, 25, 43]
}
