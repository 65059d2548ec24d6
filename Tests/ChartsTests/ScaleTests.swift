import GPT2Charts
import Foundation
import Testing

@Suite struct ScaleTests {
  @Test func aLinearScaleIsAStraightLine() throws {
    let scale = Scale(.linear, domain: -2...6, from: 100, to: 20)
    #expect(scale.position(-2) == 100)
    #expect(scale.position(6) == 20)
    #expect(scale.position(0) == 80)
    #expect(scale.value(at: 80) == 0)
  }

  @Test func aLogarithmicScaleGivesEachPowerOfTenTheSameRoom() throws {
    let scale = Scale(.logarithmic, domain: 0.01...100, from: 0, to: 400)
    for (value, place) in [(0.01, 0.0), (0.1, 100), (1, 200), (100, 400)] {
      #expect(abs(try #require(scale.position(value)) - place) < 1e-9)
    }
    #expect(abs(try #require(scale.position(2)) - (200 + 100 * log10(2))) < 1e-9)
    #expect(abs(scale.value(at: 300) - 10) < 1e-9)
  }

  @Test func theWidestLogarithmsHavePlaces() throws {
    let scale = Scale(.logarithmic, domain: 1e-300...1e300, from: 0, to: 600)
    for exponent in [-300.0, -17, 0, 250, 300] {
      let value = pow(10, exponent)
      #expect(abs(try #require(scale.position(value)) - (exponent + 300)) < 1e-9)
      #expect(abs(log10(scale.value(at: exponent + 300)) - exponent) < 1e-9)
    }
  }

  @Test func whatHasNoPlaceHasNone() {
    let linear = Scale(.linear, domain: 0...1, from: 0, to: 1)
    for value in [Double.nan, .infinity, -.infinity] { #expect(linear.position(value) == nil) }
    let logarithmic = Scale(.logarithmic, domain: 1...10, from: 0, to: 1)
    for value in [0, -1, Double.nan] { #expect(logarithmic.position(value) == nil) }
  }

  @Test func whatIsFarOutsideStaysNear() {
    let scale = Scale(.linear, domain: 0...1, from: 0, to: 100)
    #expect(scale.position(1.5) == 150)
    #expect(scale.position(1e300) == 200)
    #expect(scale.position(-1e300) == -100)
  }

  @Test(arguments: [0, 5, -3, 1e-300, 1.7e308, -1.7e308])
  func aDomainOfOneValueIsWidened(value: Double) throws {
    let scale = Scale(.linear, domain: value...value, from: 0, to: 100)
    #expect(scale.domain.contains(value))
    #expect(scale.domain.lowerBound < scale.domain.upperBound)
    #expect((0...100).contains(try #require(scale.position(value))))
  }

  @Test func theWidestDomainHasPlaces() throws {
    let most = Double.greatestFiniteMagnitude
    let scale = Scale(.linear, domain: -most...most, from: 0, to: 100)
    #expect(scale.position(0) == 50)
    #expect(scale.position(most) == 100)
    #expect(!scale.ticks(5).isEmpty)
  }

  @Test func anAxisShowsWhatCanBeShownAndLeavesRoom() {
    let values = [3, Double.nan, 5, .infinity, 4]
    let exact = Axis("").scale(for: values, from: 0, to: 1)
    #expect(exact.domain == 3...5)
    let padded = Axis("", padding: 0.1).scale(for: values, from: 0, to: 1)
    #expect(abs(padded.domain.lowerBound - 2.8) < 1e-12 && abs(padded.domain.upperBound - 5.2) < 1e-12)
    let zero = Axis("", including: 0, padding: 0.1).scale(for: values, from: 0, to: 1)
    #expect(zero.domain.lowerBound == 0)
    let positive = Axis("", .logarithmic).scale(for: [-1, 0, 2, 8], from: 0, to: 1)
    #expect(positive.domain == 2...8)
    #expect(Axis("").scale(for: [Double.nan], from: 0, to: 1).domain == 0...1)
  }
}
