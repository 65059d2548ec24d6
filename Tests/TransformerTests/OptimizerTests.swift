import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing

@testable import GPT2Transformer

/// Which formula each tensor gets. The formulas themselves are tested with the kernels.
@Suite struct OptimizerTests {
  private func random(_ configuration: Configuration, seed: UInt64) throws -> Parameters {
    let parameters = try Parameters(zeroed: configuration)
    var random = SeededRandom(seed: seed)
    for index in parameters.values.indices {
      parameters.values[index] = Float.random(in: -1...1, using: &random)
    }
    return parameters
  }

  @Test func muonUpdatesLinearWeightsMatrixByMatrixAndAdamWTheRest() throws {
    let configuration = try Checkpoint.read(TestFiles.fixture("tiny.bin")).configuration
    let (mixed, adamW) = (try random(configuration, seed: 1), try random(configuration, seed: 1))
    let gradients = try random(configuration, seed: 2)
    let workers = Workers(count: 2)
    for (parameters, method) in [(mixed, Optimizer.Method.muon), (adamW, .adamW)] {
      let optimizer = try Optimizer(
        configuration, settings: .init(method: method, weightDecay: 0.1, maximumGradientNorm: 2))
      let norm = Optimizer.norm(of: gradients, on: workers)
      for _ in 0..<2 {
        optimizer.update(
          parameters, gradients: gradients, learningRate: 0.01, gradientNorm: norm, on: workers)
      }
      #expect(optimizer.step == 2)
      #expect(optimizer.states.map(\.name) == ["adamw.m", "adamw.v"] + (method == .muon ? ["muon.m"] : []))
    }
    let before = try random(configuration, seed: 1)
    let scale = 2 / Optimizer.norm(of: gradients, on: workers)
    for tensor in ParameterTensor.allCases {
      let isLinear = [ParameterTensor.qkvw, .attprojw, .fcw, .fcprojw].contains(tensor)
      #expect((mixed.copy(of: tensor) == adamW.copy(of: tensor)) == !isLinear, "\(tensor)")
      guard isLinear else { continue }
      // Query, key and value are matrices of their own.
      let parts = tensor == .qkvw ? 3 : 1
      for layer in 0..<configuration.layers {
        let rows = tensor.shape(in: configuration).rows / parts
        for part in 0..<parts {
          let range = part * rows..<(part + 1) * rows
          let weight = before[tensor, layer].rows(range)
          let momentum = try Parameters(zeroed: configuration)
          for _ in 0..<2 {
            Muon.update(
              weight: weight, gradient: gradients[tensor, layer].rows(range),
              momentum: momentum[tensor, layer].rows(range),
              settings: MuonStep(learningRate: 0.01, weightDecay: 0.1, gradientScale: scale), on: workers)
          }
          let found = mixed[tensor, layer].rows(range)
          for row in 0..<rows {
            #expect(Array(found[row]) == Array(weight[row]), "\(tensor) \(layer) \(part)")
          }
        }
      }
    }
  }

  @Test func muonTakesHalfTheMomentsForLinearWeights() throws {
    let configuration = try Checkpoint.read(TestFiles.fixture("tiny.bin")).configuration
    let optimizer = try Optimizer(configuration, settings: .init(method: .muon))
    let linear = [ParameterTensor.qkvw, .attprojw, .fcw, .fcprojw].compactMap { $0.count(in: configuration) }
    let all = try #require(configuration.parameterCount)
    let counts = optimizer.states.map(\.count)
    #expect(counts == [all - linear.reduce(0, +), all - linear.reduce(0, +), linear.reduce(0, +)])
  }
}
