import GPT2BinaryFiles
import Foundation
import GPT2Kernels
@testable import GPT2Lessons
import GPT2RandomNumbers
import TestSupport
import Testing

/// Against what EurekaLabsAI/mlp's mlp_numpy.py printed.
@Suite struct NeuralNGramTraceTests {
  private static let trace = TestFiles.fixture("lessons/mlp_small.json")
  private let workers = Workers(count: 2)

  /// On few names, with small sizes, from the first step to the last, the test loss and the text that it drew.
  @Test func trainingIsThatOfTheOriginal() throws {
    let trace = try NeuralNGramTrace(contentsOf: Self.trace)
    let texts = try NameTexts(
      directory: TestFiles.fixture("lessons/names"), least: trace.settings.batchSize)
    #expect(texts.vocabulary.count == trace.shape.vocabularySize)
    let trainer = try NeuralNGramTrainer(
      try NeuralNGramParameters(random: trace.shape, seed: 1337), settings: trace.settings,
      training: texts.training, validation: texts.validation, workers: workers)
    let evaluations = try trainer.run()
    #expect(evaluations.count == 21)
    let difference = trace.largestDifference(from: evaluations, testLoss: trainer.loss(of: texts.test))
    #expect(difference < 5e-6)

    let context = try #require(texts.vocabulary.tokens("ard"))
    var generator = XorShift(state: 42)
    let drawn = NextToken.sample(200, after: context, using: &generator, trainer.model.probabilities)
    #expect("\nrichard" + texts.vocabulary.text(drawn) == trace.sample)
  }

  /// With the original's own names and sizes; all 50,000 steps are what `ladder mlp --reference` compares.
  @Test(.enabled(if: TestFiles.data("names/train.txt") != nil, "skipped: data/names/train.txt not found"))
  func theFirstLossOnAllNames() throws {
    let trace = try NeuralNGramTrace(contentsOf: TestFiles.fixture("lessons/mlp.json"))
    let path = try #require(TestFiles.data("names/train.txt"))
    let texts = try NameTexts(
      directory: URL(fileURLWithPath: path).deletingLastPathComponent().path, least: trace.settings.batchSize)
    let trainer = try NeuralNGramTrainer(
      try NeuralNGramParameters(random: trace.shape, seed: 1337), settings: trace.settings,
      training: texts.training, validation: texts.validation, workers: workers)
    let loss = trainer.loss(of: texts.training, atMost: trace.settings.trainingBatches)
    #expect(abs(loss - trace.evaluations[0].trainingLoss) < 2e-6)
  }

  @Test func aDifferentLossIsADifference() throws {
    let trace = try NeuralNGramTrace(contentsOf: Self.trace)
    var evaluations = trace.evaluations
    #expect(trace.largestDifference(from: evaluations, testLoss: trace.testLoss) == 0)
    #expect(abs(trace.largestDifference(from: evaluations, testLoss: trace.testLoss + 0.5) - 0.5) < 1e-9)
    evaluations[3].validationLoss -= 0.25
    #expect(abs(trace.largestDifference(from: evaluations, testLoss: trace.testLoss) - 0.25) < 1e-9)
    evaluations[4].trainingLoss = .nan
    #expect(trace.largestDifference(from: evaluations, testLoss: trace.testLoss) == .infinity)
    evaluations.removeLast()
    #expect(trace.largestDifference(from: evaluations, testLoss: trace.testLoss) == .infinity)
  }

  @Test(arguments: [
    (#""hidden_size": 19"#, #""hidden_size": -1"#, "hidden_size"),
    (#""learning_rate": 0.01"#, #""learning_rate": "much""#, "learning_rate"),
    (#""steps": [0"#, #""steps": [true"#, "steps"),
    (#""steps": [0"#, #""steps": [0.5"#, "steps"),
    (#""steps": [0, "#, #""steps": ["#, "lists"),
    (#""test_loss""#, #""other""#, "test_loss"),
    (#""sample": ""#, #""sample": 1, "x": ""#, "sample"),
  ])
  func aDamagedTraceIsRefused(_ found: String, _ replacement: String, _ name: String) throws {
    let text = try String(contentsOfFile: Self.trace, encoding: .utf8)
    #expect(text.contains(found))
    let directory = try TemporaryDirectory()
    let path = try directory.write(Array(text.replacing(found, with: replacement).utf8), to: "trace.json")
    let cause = expectFileError(path) { _ = try NeuralNGramTrace(contentsOf: path) }
    guard case .mismatch(let what, _, _) = cause else {
      Issue.record("found \(String(describing: cause))")
      return
    }
    #expect(what.hasPrefix(name))
  }
}
