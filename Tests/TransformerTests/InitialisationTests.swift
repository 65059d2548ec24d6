import Foundation
import TestSupport
import Testing

@testable import GPT2Transformer

/// Random initialisation against what PyTorch draws (dev/reference/make_init_reference.py).
@Suite struct InitialisationTests {
  @Test func aSmallModelStartsAsPyTorchsDoes() throws {
    try check(
      Configuration(maximumSequenceLength: 16, vocabularySize: 65, layers: 2, heads: 2, channels: 32),
      against: "init_small.txt")
  }

  #if !DEBUG
    // 30 million normal deviates take most of a minute without optimisation.
    @Test func d6StartsAsPyTorchsDoes() throws {
      let size = try #require(ModelSize(descriptor: "d6"))
      try check(
        size.configuration(vocabularySize: 50257, maximumSequenceLength: 1024), against: "init_d6.txt")
    }
  #endif

  @Test func anotherSeedDrawsOtherWeights() throws {
    let configuration = try Configuration(
      maximumSequenceLength: 3, vocabularySize: 5, layers: 1, heads: 1, channels: 4)
    let first = try Parameters(random: configuration, seed: 1)
    let again = try Parameters(random: configuration, seed: 1)
    let other = try Parameters(random: configuration, seed: 2)
    #expect(first.copy(of: .qkvw) == again.copy(of: .qkvw))
    #expect(first.copy(of: .qkvw) != other.copy(of: .qkvw))
  }

  @Test func projectionsCanBeginAsZero() throws {
    let configuration = try Configuration(
      maximumSequenceLength: 3, vocabularySize: 5, layers: 2, heads: 1, channels: 4)
    let drawn = try Parameters(random: configuration)
    let zeroed = try Parameters(random: configuration, zeroingProjections: true)
    for tensor in ParameterTensor.allCases {
      let isProjection = tensor == .attprojw || tensor == .fcprojw
      let expected = isProjection ? drawn.copy(of: tensor).map { _ in 0 } : drawn.copy(of: tensor)
      #expect(zeroed.copy(of: tensor) == expected, "\(tensor)")
    }
  }

  /// The fixture has a line a tensor: name, count, eight first values, four last, sum, sum of squares.
  private func check(_ configuration: Configuration, against fixture: String) throws {
    let parameters = try Parameters(random: configuration)
    let lines = try String(contentsOfFile: TestFiles.fixture(fixture), encoding: .utf8)
      .split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(lines.count == ParameterTensor.allCases.count)
    for (tensor, line) in zip(ParameterTensor.allCases, lines) {
      let fields = line.split(separator: " ")
      #expect(fields[0] == tensor.name)
      var values = parameters.values(of: tensor)[...]
      if tensor == .wte {
        let real = configuration.vocabularySize * configuration.channels
        #expect(values[real...].allSatisfy { $0 == 0 })
        values = values[..<real]
      }
      #expect(Int(fields[1]) == values.count)
      let reference = fields.dropFirst(2).compactMap { Double($0) }
      let shown = (Array(values.prefix(8)) + Array(values.suffix(4))).map(Double.init)
      // PyTorch's vectorised logarithm and cosine differ from libm's in the last place; drawn values are of
      // size 0.02, so that is at most 1e-8 or so.
      for (value, expected) in zip(shown, reference) {
        #expect(abs(value - expected) < 1e-7, "\(tensor)")
      }
      let sum = values.reduce(0.0) { $0 + Double($1) }
      let squares = values.reduce(0.0) { $0 + Double($1) * Double($1) }
      #expect(abs(sum - reference[12]) < 1e-9 * Double(values.count) + 1e-6, "\(tensor)")
      #expect(abs(squares - reference[13]) < 1e-6 * reference[13] + 1e-9, "\(tensor)")
    }
  }
}
