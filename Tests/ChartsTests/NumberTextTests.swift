import GPT2Charts
import Foundation
import TestSupport
import Testing

@Suite struct NumberTextTests {
  @Test func decimalsAreThoseOfTheCLibrary() {
    var random = SeededRandom(seed: 2)
    for _ in 0..<2000 {
      let value =
        Double.random(in: -1...1, using: &random) * pow(10, Double.random(in: -6...8, using: &random))
      let decimals = Int.random(in: 0...6, using: &random)
      let expected = String(format: "%.\(decimals)f", value).replacingOccurrences(of: "-", with: "−")
      let isZero = Double(String(format: "%.\(decimals)f", value)) == 0
      #expect(
        NumberText.fixed(value, decimals)
          == (isZero ? expected.replacingOccurrences(of: "−", with: "") : expected))
    }
  }

  @Test(arguments: [
    (3.4124, "3.412"), (0.00312, "0.003120"), (0.000312, "3.12×10⁻⁴"), (12_345.6, "12,346"),
    (999.96, "1000.0"),
    (-2.5, "−2.500"), (0, "0"), (1e-300, "1×10⁻³⁰⁰"), (1.7e308, "1.7×10³⁰⁸"), (.nan, "NaN"),
    (.infinity, "∞"),
    (-.infinity, "−∞"),
  ])
  func fourSignificantDigits(value: Double, text: String) { #expect(NumberText.significant(value) == text) }

  @Test(arguments: [(1200, "1,200"), (0.125, "0.1250"), (1e20, "1×10²⁰"), (-7, "−7")])
  func wholeNumbersAreWholeInBrief(value: Double, text: String) { #expect(NumberText.brief(value) == text) }

  @Test(arguments: [
    (950, "950"), (1000, "1k"), (306_688, "307k"), (999_999, "1M"), (1_234_567, "1.23M"), (2.5e12, "2.5T"),
    (0.5, "0.500"),
  ])
  func countsAreAbbreviated(value: Double, text: String) { #expect(NumberText.abbreviated(value) == text) }

  @Test func groupsOfThree() {
    for (value, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "−1,234,567")] {
      #expect(NumberText.grouped(value) == text)
    }
    #expect(NumberText.grouped(.min) == "−9,223,372,036,854,775,808")
  }

  @Test func powersOfTenCarry() {
    #expect(NumberText.scientific(9.999e-7) == "1×10⁻⁶")
    #expect(NumberText.scientific(1000) == "1×10³")
    #expect(NumberText.scientific(-2.5e12) == "−2.5×10¹²")
  }
}
