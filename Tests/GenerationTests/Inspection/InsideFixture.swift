import Foundation
import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import GPT2Transformer

@testable import GPT2Generation

/// What transformers computes inside two small models: see dev/reference/make_inspection.py.
struct InsideFixture {
  static let names = ["gpt2", "relative"]

  struct Expected: Decodable {
    let states: [[[Double]]]
    let final: [[Double]]
    let mean: [Double]
    let attentions: [[[[Double]]]]
    let activations: [[[Double]]]
    let logProbabilities: [[Double]]
    let lens: [[Double]]
    let effect: [Double]
    let neuronsOff: [Double]
    let headsOff: [Double]
    let bothOff: [Double]
  }

  private struct All: Decodable {
    let tokens: [Int32]
    let neurons: [[Int]]
    let heads: [[Int]]
    let effectOf: [Int]
    let lensPosition: Int
    let gpt2: Expected
    let relative: Expected
  }

  let model: LanguageModel
  let expected: Expected
  let tokens: [Int32]
  let neurons: [Ablation.Neuron]
  let heads: [Ablation.Head]
  let effectOf: Ablation.Neuron
  let lensPosition: Int

  init(_ name: String) throws {
    let folder = TestFiles.fixture("inspection")
    model = try LanguageModel(try Weights.read("\(folder)/\(name)"), on: Workers(count: 2))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let all = try decoder.decode(
      All.self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/expected.json")))
    expected = name == "gpt2" ? all.gpt2 : all.relative
    tokens = all.tokens
    neurons = all.neurons.map { .init(layer: $0[0], neuron: $0[1]) }
    heads = all.heads.map { .init(layer: $0[0], head: $0[1]) }
    effectOf = .init(layer: all.effectOf[0], neuron: all.effectOf[1])
    lensPosition = all.lensPosition
  }

  /// The tokens, the likeliest first.
  static func order(_ values: [Double]) -> [Int] { values.indices.sorted { values[$0] > values[$1] } }
}
