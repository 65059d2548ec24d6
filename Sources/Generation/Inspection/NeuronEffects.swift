import GPT2Kernels
import GPT2Transformer
import GPT2WeightFormats

/// What a neuron's activation does to a token's logit.
public struct TokenEffect: Equatable, Sendable {
  /// Its id.
  public let token: Int
  /// What each unit of activation adds to the token's logit, if nothing came between: later blocks and the scale of the
  /// last layer norm are left out.
  public let logit: Float
}

/// The tokens that a neuron pushes up and down the most.
public struct NeuronEffect: Equatable, Sendable {
  /// Which of the layer's, from 0.
  public let neuron: Int
  /// The greatest first.
  public let promotes: [TokenEffect]
  /// The least first.
  public let suppresses: [TokenEffect]
}

extension LanguageModel {
  /// What neurons write, in tokens: a neuron's column of fcprojw, which it adds to the residual stream times its
  /// activation, through the classifier (Geva et al. 2022, arXiv:2203.14680). It depends on no text.
  ///
  /// - Parameters:
  ///   - count: Tokens each way.
  ///   - vocabularySize: Of the tokenizer; the model's if not given.
  /// - Throws: `InspectionError` for a layer or neuron that there is not; `SamplingError` if a weight is not finite.
  public func effects(
    ofNeurons neurons: [Int], layer: Int, top count: Int = 5, vocabularySize: Int? = nil
  ) throws -> [NeuronEffect] {
    try Inspection.check(layer: layer, of: configuration)
    for neuron in neurons where !(0..<configuration.hiddenChannels).contains(neuron) {
      throw InspectionError.neuronOutOfRange(found: neuron, neurons: configuration.hiddenChannels)
    }
    let V = configuration.vocabularySize
    let known = min(V, vocabularySize ?? V)
    let C = configuration.channels
    // So many at a time: few rows each read the classifier once, and take little memory.
    return try stride(from: 0, to: neurons.count, by: Linear.fewRows).flatMap { start in
      let part = Array(neurons[start..<min(neurons.count, start + Linear.fewRows)])
      return try workers.withScratch(part.count * (C + V)) { memory in
        let written = Matrix(memory, rows: part.count, columns: C)
        let logits = Matrix(memory + written.count, rows: part.count, columns: V)
        writeColumns(of: part, layer, into: written)
        Linear.forward(
          written, weight: prepared.classifier, bias: nil, residual: nil, into: logits, precision: precision,
          on: workers)
        return try part.enumerated().map { row, neuron in
          try NeuronEffect(neuron, top: count, UnsafeBufferPointer(rebasing: logits[row][..<known]))
        }
      }
    }
  }

  /// Columns of fcprojw, (neurons, C), with what an adapter adds to them.
  private func writeColumns(of neurons: [Int], _ layer: Int, into columns: Matrix) {
    let weight = weights[.fcprojw, layer]
    workers.withScratch(weight.columns) { memory in
      for channel in 0..<weight.rows {
        weight.decode(row: channel, into: memory)
        for (row, neuron) in neurons.enumerated() { columns[row][channel] = memory[neuron] }
      }
    }
    guard let adapters = prepared.adapters, let factors = adapters[.fcprojw, layer] else { return }
    for (row, neuron) in neurons.enumerated() {
      for channel in 0..<columns.columns {
        let change = (0..<factors.a.rows).reduce(Float(0)) {
          $0 + factors.b[channel][$1] * factors.a[$1][neuron]
        }
        columns[row][channel] += adapters.layout.scale * change
      }
    }
  }
}

extension NeuronEffect {
  /// - Parameter logits: (V)
  fileprivate init(
    _ neuron: Int, top count: Int, _ logits: UnsafeBufferPointer<Float>
  ) throws(SamplingError) {
    _ = try Greedy(checking: logits)
    self.neuron = neuron
    var tokens = TopTokens()
    promotes = tokens.ids(count, of: logits).map { TokenEffect(token: $0, logit: logits[$0]) }
    let negated = logits.map { -$0 }
    suppresses = negated.withUnsafeBufferPointer { tokens.ids(count, of: $0) }.map {
      TokenEffect(token: $0, logit: logits[$0])
    }
  }
}
