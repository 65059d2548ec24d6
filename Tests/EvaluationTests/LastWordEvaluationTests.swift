import Foundation
import GPT2Generation
import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer

@testable import GPT2Evaluation

/// Last words by a random model with a real tokenizer, against the plain GPT-2 in double precision.
@Suite struct LastWordEvaluationTests {
  private static let positions = 12
  private let directory: TemporaryDirectory
  private let tokenizer: Tokenizer
  private let scorer: LanguageModelScorer
  private let plain: PlainGPT2

  init() throws {
    directory = try TemporaryDirectory()
    tokenizer = try Tokenizer(contentsOf: TestFiles.fixture("tokenizer/small.bin"))
    let configuration = try Configuration(
      maximumSequenceLength: Self.positions, vocabularySize: tokenizer.vocabularySize, layers: 2, heads: 2,
      channels: 16)
    let parameters = try Parameters(zeroed: configuration)
    var random = SeededRandom(seed: 8)
    for tensor in ParameterTensor.allCases {
      let values = parameters.values(of: tensor)
      for index in values.indices { values[index] = Float.random(in: -0.4..<0.4, using: &random) }
    }
    // The first channel makes words with a space before them likelier than all else, or no word would be.
    parameters.values(of: .lnfb)[0] = 6
    for token in 0..<configuration.vocabularySize {
      parameters.values(of: .wte)[token * 16] = Self.isWord(tokenizer.bytes(of: token)) ? 0.5 : -0.5
    }
    scorer = try LanguageModelScorer(LanguageModel(Model(parameters, on: Workers(count: 2))))
    plain = PlainGPT2(parameters)
  }

  /// A space and letters.
  private static func isWord(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.count > 1 && bytes.first == 32
      && bytes.dropFirst().allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
  }

  private func file(_ texts: [String]) throws -> LastWordFile {
    let lines = try texts.map { String(decoding: try JSONEncoder().encode(["text": $0]), as: UTF8.self) }
    let path = try directory.write(
      Array(lines.joined(separator: "\n").utf8), to: "\(UUID().uuidString).jsonl")
    return try LastWordFile(contentsOf: path, tokenizer: tokenizer, longest: Self.positions)
  }

  private func encode(_ text: String) throws -> [Int32] { try tokenizer.encode(text).map(Int32.init) }

  private func text(_ token: Int) -> String { String(decoding: tokenizer.bytes(of: token), as: UTF8.self) }

  /// −log p of each of the word's tokens, and whether each is the greatest, of what fits the model.
  private func plainWord(_ context: String, _ word: String) throws -> (loss: Double, isRight: Bool) {
    let word = try encode(word)
    let tokens = Array((try encode(context) + word).suffix(Self.positions + 1))
    let losses = plain.losses(of: tokens).suffix(word.count)
    let isRight = word.indices.allSatisfy { index in
      let logits = plain.logits(after: Array(tokens.dropLast(word.count - index)))
      return logits[Int(word[index])] == logits.max()
    }
    return (losses.reduce(0, +), isRight)
  }

  private static let contexts = [
    "the", "It was said that", "To be, or not to be,", "a b c d e f g h i j k l m n o p q r s",
    "\"No,\" he said. \"Do not\"", "x\ny", "é",
  ]

  /// For each context the model's own word, its second, and a word of several tokens.
  private func examples() throws -> [(context: String, word: String)] {
    try Self.contexts.flatMap { context -> [(context: String, word: String)] in
      let tokens = Array(try encode(context).suffix(Self.positions))
      let logits = plain.logits(after: tokens)
      let best = logits.indices.sorted { logits[$0] > logits[$1] }.prefix(2)
      return best.map { (context, text($0)) } + [(context, " xylophone")]
    }
  }

  @Test func accuracyAndPerplexityAreThePlainModels() throws {
    let examples = try examples()
    let file = try file(examples.map { $0.context + $0.word })
    let expected = try examples.map { try plainWord($0.context, $0.word) }
    // The first word of each three is the model's own.
    try #require(expected.map(\.isRight) == (0..<21).map { $0 % 3 == 0 })

    let score = try LastWordEvaluation.score(file, first: 21, by: scorer)
    #expect(score.scored == 21 && score.examples == 21 && !score.isPartial)
    #expect(score.correct == 7)
    #expect(score.accuracy == 7.0 / 21)
    let loss = expected.map(\.loss).reduce(0, +)
    #expect(abs(score.totalLoss - loss) < 1e-4)
    #expect(abs(score.perplexity / exp(loss / 21) - 1) < 1e-4)
    let cut = try examples.count {
      try encode($0.context).count + encode($0.word).count > Self.positions + 1
    }
    #expect(cut > 0 && score.cut == cut)
  }

  /// One token of several that is not the greatest makes the word wrong, whichever it is.
  @Test(arguments: [
    ([true, true, true], 1), ([false, true, true], 0), ([true, false, true], 0), ([true, true, false], 0),
  ])
  func everyTokenOfAWordMustBeTheGreatest(greatest: [Bool], correct: Int) throws {
    let file = try file(["some xy"])
    let word = try #require(file.examples.first?.word)
    try #require(word.count == greatest.count)
    let told = Told(configuration: scorer.configuration, greatest: greatest)
    let score = try LastWordEvaluation.score(file, first: 1, by: told)
    #expect(score.correct == correct)
    #expect(score.totalLoss == 1.5)
  }

  /// Says what it was told to say.
  private struct Told: SequenceScorer {
    let configuration: Configuration
    let greatest: [Bool]

    func scores(of tokens: [Int32], last count: Int) -> [TokenScore] {
      greatest.suffix(count).map { TokenScore(loss: 0.5, isGreatest: $0) }
    }
  }

  @Test func theFirstExamplesOnlyAndInterrupted() throws {
    let file = try file(try examples().map { $0.context + $0.word })
    let first = try LastWordEvaluation.score(file, first: 4, by: scorer)
    var seen: [Int] = []
    let interrupted = try LastWordEvaluation.score(
      file, first: 21, by: scorer, isInterrupted: { seen.count == 4 }, observing: { seen.append($0.scored) })
    #expect(seen == [1, 2, 3, 4])
    #expect(first.scored == 4 && !first.isPartial)
    #expect(interrupted.scored == 4 && interrupted.isPartial)
    #expect(first.totalLoss == interrupted.totalLoss)
    #expect(first.correct == 2 && interrupted.correct == 2)
  }
}
