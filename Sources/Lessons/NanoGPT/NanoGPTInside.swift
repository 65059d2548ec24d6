import GPT2Generation
import GPT2Transformer

/// What goes on in a model while it reads the beginning of its own last sample: where each head looks, and what the model
/// would say if it ended after 0, 1, … L layers.
package struct NanoGPTInside: Sendable {
  /// T: the end of a line, and what the model wrote after it.
  package let tokens: [Int]
  /// What came after each of them.
  package let targets: [Int]
  package let layers: Int
  package let heads: Int
  /// (L, NH): of each a row for each token, with one weight more than the row before it.
  package let attention: [[[[Float]]]]
  /// (L + 1, T)
  package let lens: [[TokenRanking]]

  /// Tokens that are listed in each place.
  static let listed = 5
  /// More weights than that would be too much for a page: of large models fewer characters are shown.
  static let mostWeights = 100_000

  /// - Throws: `SamplingError` if the model's logits are not finite; `AllocationError`.
  init(of lesson: NanoGPTLesson) throws {
    let configuration = lesson.model.configuration
    let text = lesson.text
    let places = Dictionary(uniqueKeysWithValues: text.characters.enumerated().map { ($1, $0) })
    let written = lesson.samples.last?.text.unicodeScalars.compactMap { places[$0] } ?? []
    let all = [text.start] + written
    let (L, NH) = (configuration.layers, configuration.heads)
    let room = Int((Double(Self.mostWeights) / Double(L * NH)).squareRoot())
    let count = min(all.count - 1, configuration.maximumSequenceLength, 64, max(8, room))
    let tokens = Array(all.prefix(count))
    let targets = Array(all[1..<count + 1])
    let inspection = try LanguageModel(lesson.model).inspect(
      tokens.map(Int32.init), keeping: InspectionParts(states: Set(0..<count), attention: Set(0..<L)))
    attention = try (0..<L).map { layer in
      try (0..<NH).map { head in
        try inspection.attention(layer: layer, head: head).enumerated().map { Array($1.prefix($0 + 1)) }
      }
    }
    let byPosition = try (0..<count).map {
      try inspection.lens(at: $0, top: min(Self.listed, text.characters.count), target: targets[$0])
    }
    lens = (0...L).map { blocks in byPosition.map { $0[blocks] } }
    self.tokens = tokens
    self.targets = targets
    layers = L
    heads = NH
  }

  /// (L + 1): the mean −ln p of what came, in nats, if the model ended after so many layers.
  package var losses: [Double] {
    lens.map { rankings in
      -rankings.reduce(0) { $0 + ($1.target?.logProbability ?? 0) } / Double(max(1, rankings.count))
    }
  }
}
