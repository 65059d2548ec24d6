import Foundation
import GPT2Generation
import GPT2Kernels
import GPT2Transformer
import TestSupport
import Testing

@testable import GPT2Lessons

/// What the page of the rung nanogpt shows of its model, with a tiny one.
@Suite struct NanoGPTInsideTests {
  private let directory: TemporaryDirectory
  private let lesson: NanoGPTLesson

  init() throws {
    directory = try TemporaryDirectory()
    let verse = "to be, or not to be: that is the question.\n"
    let text = try CharacterText(
      contentsOf: directory.write(Array(String(repeating: verse, count: 20).utf8), to: "text.txt"))
    let settings = NanoGPTSettings(
      layers: 2, heads: 2, channels: 12, sequenceLength: 9, batchSize: 4, steps: 16, learningRate: 0.01)
    lesson = try NanoGPTLesson(text, settings, on: Workers(count: 1))
  }

  /// The text is the model's own, after the end of a line.
  @Test func itReadsItsOwnSample() throws {
    let inside = try NanoGPTInside(of: lesson)
    #expect(inside.tokens.count == 9 && inside.tokens[0] == lesson.text.start)
    #expect(inside.targets.dropLast() == inside.tokens.dropFirst())
    let sample = try #require(lesson.samples.last?.text)
    #expect(sample.hasPrefix(lesson.text.decode(inside.targets)))
  }

  /// The last of the lens is what the model says, by plain loops in double precision that share no arithmetic with it.
  @Test func theLastLayerIsTheModels() throws {
    let inside = try NanoGPTInside(of: lesson)
    let plain = PlainGPT2(lesson.model.parameters)
    #expect(inside.lens.count == 3 && inside.lens.allSatisfy { $0.count == 9 })
    for position in inside.tokens.indices {
      let p = softmax(plain.logits(after: inside.tokens.prefix(position + 1).map { Int32($0) }))
      let ranking = inside.lens[2][position]
      #expect(ranking.likeliest.count == 5)
      for entry in ranking.likeliest { #expect(abs(exp(entry.logProbability) - p[entry.token]) < 1e-5) }
      #expect(abs(exp(ranking.target?.logProbability ?? 0) - p[inside.targets[position]]) < 1e-5)
    }
  }

  /// The embedding alone, through the last norm and the classifier, recomputed here.
  @Test func theFirstOfTheLensIsTheEmbedding() throws {
    let inside = try NanoGPTInside(of: lesson)
    let parameters = lesson.model.parameters
    let C = 12
    func row(_ tensor: ParameterTensor, _ index: Int) -> [Double] {
      parameters.copy(of: tensor)[index * C..<(index + 1) * C].map(Double.init)
    }
    for position in inside.tokens.indices {
      let x = zip(row(.wte, inside.tokens[position]), row(.wpe, position)).map(+)
      let mean = x.reduce(0, +) / Double(C)
      let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(C)
      let (w, b) = (row(.lnfw, 0), row(.lnfb, 0))
      let n = x.indices.map { (x[$0] - mean) / (variance + 1e-5).squareRoot() * w[$0] + b[$0] }
      let logits = lesson.text.characters.indices.map { token in
        zip(n, row(.wte, token)).reduce(0) { $0 + $1.0 * $1.1 }
      }
      let p = softmax(logits)
      for entry in inside.lens[0][position].likeliest {
        #expect(abs(exp(entry.logProbability) - p[entry.token]) < 1e-5)
      }
    }
  }

  /// The first layer's heads, recomputed from the embedding by plain loops.
  @Test func theFirstLayersHeadsLookThere() throws {
    let inside = try NanoGPTInside(of: lesson)
    let parameters = lesson.model.parameters
    let (C, h, T) = (12, 6, inside.tokens.count)
    func values(_ tensor: ParameterTensor) -> [Double] { parameters.copy(of: tensor).map(Double.init) }
    let (wte, wpe, w, b) = (values(.wte), values(.wpe), values(.ln1w), values(.ln1b))
    let (qkvw, qkvb) = (values(.qkvw), values(.qkvb))
    let projected = (0..<T).map { t -> [Double] in
      let x = (0..<C).map { wte[inside.tokens[t] * C + $0] + wpe[t * C + $0] }
      let mean = x.reduce(0, +) / Double(C)
      let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(C)
      let n = x.indices.map { (x[$0] - mean) / (variance + 1e-5).squareRoot() * w[$0] + b[$0] }
      return (0..<2 * C).map { row in
        (0..<C).reduce(qkvb[row]) { $0 + n[$1] * qkvw[row * C + $1] }
      }
    }
    for head in 0..<2 {
      for t in 0..<T {
        let scores = (0...t).map { other in
          (0..<h).reduce(0.0) { $0 + projected[t][head * h + $1] * projected[other][C + head * h + $1] }
            / Double(h).squareRoot()
        }
        #expect(Closeness.error(of: inside.attention[0][head][t], against: softmax(scores)) < 1e-5)
      }
    }
    #expect(inside.attention[1].allSatisfy { head in head.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-5 } })
  }

  @Test func largeModelsShowFewerCharacters() throws {
    let text = lesson.text
    let settings = NanoGPTSettings(
      layers: 1, heads: 64, channels: 64, sequenceLength: 60, batchSize: 1, steps: 1)
    let inside = try NanoGPTInside(of: try NanoGPTLesson(text, settings, on: Workers(count: 1)))
    #expect(inside.tokens.count == 39)
  }
}
