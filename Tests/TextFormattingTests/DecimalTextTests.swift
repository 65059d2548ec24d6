import Foundation
import TestSupport
import Testing
import GPT2TextFormatting

/// Held against Foundation's `String(format:)`, which rounds as the C library.
@Suite struct DecimalTextTests {
  /// Where rounding is hard, and the ends of the range.
  private static let values: [Double] =
    [
      0, 1, 9, 10, 0.1, 0.2, 0.3, 1.005, 2.675, 1.115, 0.045, 9.995, 99.995, 0.9999999, 999_999.5,
      123_456_789.125,
      0x1p53, 0x1p53 + 2, 0x1p63, 0x1p-1, 0x1p-2, 0x1p-30, 0x1p-52, 1e15, 1e16, 1e17, 1e22, 1e23, 1e100,
      1e300,
      1e-5, 1e-10, 1e-100, 1e-300, .leastNonzeroMagnitude, .leastNormalMagnitude,
      Double.leastNormalMagnitude.nextDown, .greatestFiniteMagnitude,
      .ulpOfOne, .pi, .infinity, .nan, 4.35, 0.000_001, 0.000_000_5, 95, 950, 0.95, 0.095,
    ]

  @Test(arguments: 0...17) func decimalsAreThoseOfTheCLibrary(decimals: Int) {
    for value in Self.values + Self.values.map({ -$0 }) {
      #expect(DecimalText.fixed(value, decimals) == String(format: "%.\(decimals)f", value), "\(value)")
      #expect(DecimalText.scientific(value, decimals) == String(format: "%.\(decimals)e", value), "\(value)")
    }
  }

  /// Both neighbours of a tie go their own ways, and the tie itself to the even digit.
  @Test func halvesGoToTheEvenDigit() {
    #expect([0.5, 1.5, 2.5, 3.5].map { DecimalText.fixed($0, 0) } == ["0", "2", "2", "4"])
    #expect(DecimalText.fixed(0.125, 2) == "0.12")
    #expect(DecimalText.fixed(0.375, 2) == "0.38")
    for numerator in -2000...2000 {
      let tie = Double(numerator) / 16
      for value in [tie.nextDown, tie, tie.nextUp] {
        for decimals in 0...4 {
          #expect(DecimalText.fixed(value, decimals) == String(format: "%.\(decimals)f", value))
        }
      }
    }
  }

  @Test func anyBitsAreWrittenAsTheCLibraryDoes() {
    var random = SeededRandom(seed: 7)
    for _ in 0..<300 {
      let value = Double(bitPattern: UInt64.random(in: 0 ... .max, using: &random))
      guard value.isFinite else { continue }
      let decimals = Int.random(in: 0...20, using: &random)
      #expect(DecimalText.fixed(value, decimals) == String(format: "%.\(decimals)f", value))
      #expect(DecimalText.scientific(value, decimals) == String(format: "%.\(decimals)e", value))
    }
  }

  @Test func sizesThatAProgramPrintsAreWrittenAsTheCLibraryDoes() {
    var random = SeededRandom(seed: 8)
    for _ in 0..<4000 {
      let size = pow(10, Double.random(in: -6...9, using: &random))
      let value = Double(Float(Double.random(in: -1...1, using: &random) * size))
      let decimals = Int.random(in: 0...6, using: &random)
      #expect(DecimalText.fixed(value, decimals) == String(format: "%.\(decimals)f", value))
    }
  }

  @Test func wholeNumbersGetZerosInFront() {
    #expect(DecimalText.padded(7, 2) == "07")
    #expect(DecimalText.padded(123, 2) == "123")
    #expect(DecimalText.padded(0, 3) == "000")
  }
}
