import GPT2Charts
import Foundation
import GPT2Kernels
import TestSupport
import Testing
import GPT2TrainingCore
import GPT2Transformer

@testable import GPT2Lessons

/// The rung `nanogpt`, with tiny models.
@Suite struct NanoGPTTests {
  private let directory: TemporaryDirectory
  private let text: CharacterText

  init() throws {
    directory = try TemporaryDirectory()
    let verse = "to be, or not to be: that is the question.\n"
    text = try CharacterText(
      contentsOf: directory.write(Array(String(repeating: verse, count: 20).utf8), to: "text.txt"))
  }

  private func settings(steps: Int = 16, method: Optimizer.Method = .adamW) -> NanoGPTSettings {
    NanoGPTSettings(
      layers: 1, heads: 2, channels: 16, sequenceLength: 8, batchSize: 4, steps: steps, learningRate: 0.01,
      method: method)
  }

  /// What dev/reference/lessons/nanogpt.py writes: nanoGPT's own training in float64.
  private struct Trace: Decodable {
    let text, characters: String
    let tokens: [Int]
    let layers, heads, channels, sequenceLength, batchSize: Int
    let learningRate: Float
    let start, end: [String: [Double]]
    let losses: [Double]
  }

  @Test func trainingFollowsNanoGPT() throws {
    let path = TestFiles.fixture("lessons/nanogpt.json")
    let trace = try JSONDecoder().decode(Trace.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    let whole = try CharacterText(
      contentsOf: directory.write(Array(trace.text.utf8), to: "trace.txt"))
    #expect(String(String.UnicodeScalarView(whole.characters)) == trace.characters)
    #expect((whole.training + whole.validation).map(Int.init) == trace.tokens)

    let settings = NanoGPTSettings(
      layers: trace.layers, heads: trace.heads, channels: trace.channels,
      sequenceLength: trace.sequenceLength, batchSize: trace.batchSize, steps: trace.losses.count,
      learningRate: trace.learningRate)
    let configuration = try settings.configuration(vocabularySize: whole.characters.count)
    let parameters = try Parameters(zeroed: configuration)
    for tensor in ParameterTensor.allCases {
      let start = try #require(trace.start[tensor.name])
      let values = parameters.values(of: tensor)
      for (index, value) in start.enumerated() { values[index] = Float(value) }
    }
    var plan = settings.plan
    plan.validationInterval = nil
    // The trace learns from all of the text, in order.
    let all = CharacterText(learningFrom: whole)
    let data = try all.loaders(
      batchSize: trace.batchSize, sequenceLength: trace.sequenceLength, shuffling: false)
    let trainer = try Trainer(
      Model(parameters, on: Workers(count: 2)), plan: plan, data: ReplicaData(data.training),
      watchedBy: TrainingWatch())
    var losses: [Double] = []
    try trainer.run { event in
      if case .step(let report) = event { losses.append(Double(report.loss)) }
    }
    #expect(losses.count == trace.losses.count)
    for (step, (loss, expected)) in zip(losses, trace.losses).enumerated() {
      #expect(abs(loss - expected) < 1e-5, "step \(step)")
    }
    // AdamW divides small gradients by their own size, so that rounding shows more in weights than in losses. A key's
    // bias has no gradient at all: its steps are made of rounding noise, and no loss sees them.
    for tensor in ParameterTensor.allCases where tensor != .qkvb {
      let end = try #require(trace.end[tensor.name])
      let error = Closeness.error(of: Array(parameters.copy(of: tensor).prefix(end.count)), against: end)
      #expect(error < 2e-4, "\(tensor.name)")
    }
  }

  @Test func learnsAndWrites() throws {
    let lesson = try NanoGPTLesson(text, settings(steps: 80), on: Workers(count: 2))
    #expect(lesson.losses.map(\.step) == Array(0..<80))
    #expect(lesson.validations.map(\.step) == Array(stride(from: 0, through: 80, by: 10)))
    // A guess by chance costs the logarithm of the vocabulary's size.
    let chance = log(Float(text.characters.count))
    #expect(abs(lesson.validations[0].loss - chance) < 0.1)
    #expect((lesson.validations.last?.loss ?? 9) < chance * 0.75)
    #expect(lesson.samples.map(\.step) == Array(stride(from: 0, through: 80, by: 10)))
    #expect(lesson.samples.dropLast().allSatisfy { $0.text.unicodeScalars.count == 200 })
    #expect(lesson.samples.last?.text.unicodeScalars.count == 500)
    #expect(Set(lesson.samples.map { $0.text.prefix(200) }).count > 5)
    #expect(lesson.isWhole && lesson.shownSamples.map(\.step) == [0, 10, 40, 80])
  }

  /// Of 16 channels in a layer, beside the embeddings and the last norm.
  @Test func parametersAreCountedWithoutPadding() throws {
    let lesson = try NanoGPTLesson(text, settings(steps: 1), on: Workers(count: 1))
    let layer = 2 * 2 * 16 + (48 * 16 + 48) + (16 * 16 + 16) + (64 * 16 + 64) + (16 * 64 + 16)
    #expect(lesson.parameters == text.characters.count * 16 + 8 * 16 + layer + 32)
  }

  @Test(arguments: Optimizer.Method.allCases)
  func theSameSeedGivesTheSameBits(method: Optimizer.Method) throws {
    let one = try NanoGPTLesson(text, settings(method: method), on: Workers(count: 1))
    let two = try NanoGPTLesson(text, settings(method: method), on: Workers(count: 2))
    var other = settings(method: method)
    other.seed = 7
    let third = try NanoGPTLesson(text, other, on: Workers(count: 2))
    #expect(one.losses.map(\.loss) == two.losses.map(\.loss))
    #expect(one.samples.map(\.text) == two.samples.map(\.text))
    #expect(one.model.parameters.copy() == two.model.parameters.copy())
    #expect(one.losses.map(\.loss) != third.losses.map(\.loss))
  }

  @Test(arguments: [0, 1, 5])
  func anInterruptionLeavesWhatThereIs(steps: Int) throws {
    var made = 0
    let lesson = try NanoGPTLesson(
      text, settings(), on: Workers(count: 1), isInterrupted: { made >= steps },
      observing: { if case .step = $0 { made += 1 } })
    #expect(lesson.losses.count == steps && !lesson.isWhole)
    #expect(lesson.samples.last?.step == steps)
    #expect(lesson.samples.last?.text.isEmpty == false)
    #expect(try lesson.gallery().html.contains("Shakespeare"))
    #expect(lesson.lines.contains { $0.hasPrefix("\(steps) steps in ") })
  }

  @Test func thePageShowsEveryPicture() throws {
    let gallery = try NanoGPTLesson(text, settings(), on: Workers(count: 2)).gallery()
    #expect(gallery.pictures.map(\.name) == ["loss", "attention", "lens-loss", "characters", "positions"])
    for picture in gallery.pictures {
      _ = try XMLTree.parse(picture.chart.svg.standaloneSVG(picture.chart.size))
    }
    #expect(gallery.texts.map(\.title).last == "What it writes after 16 steps")
  }

  @Test func anythingIsAlikeItself() throws {
    let lesson = try NanoGPTLesson(text, settings(), on: Workers(count: 2))
    for values in [lesson.charactersChart.values, lesson.positionsChart.values] {
      for (row, cosines) in values.enumerated() {
        #expect(abs(cosines[row] - 1) < 1e-6)
        #expect(cosines.indices.allSatisfy { abs(cosines[$0] - values[$0][row]) < 1e-9 })
      }
    }
    #expect(lesson.charactersChart.rowLabels.prefix(4) == ["line end", "space", ",", "."])
  }
}

extension CharacterText {
  /// The same text, all of it to learn from; and to validate on, which is not done.
  fileprivate init(learningFrom text: CharacterText) {
    let all = text.training + text.validation
    self.init(path: text.path, characters: text.characters, training: all, validation: all)
  }
}
