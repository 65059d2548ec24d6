import GPT2Tokens
import GPT2Transformer

extension InspectionReport {
  /// Reads the text once, and once more with nothing switched off where that is to be compared.
  ///
  /// - Parameters:
  ///   - tokenizer: Of the model's vocabulary, or of the first tokens of it; without one the request is in tokens.
  /// - Throws: `InspectionError` and `AblationError` for what there is not to see; `ModelError` for tokens that the model
  ///   does not know, or more than maxT; `FileError` if the tokenizer can only decode; `SamplingError` for damaged
  ///   weights; `AllocationError`.
  public init(
    of request: InspectionRequest, _ model: LanguageModel, _ tokenizer: Tokenizer?
  ) throws {
    let configuration = model.configuration
    let tokens = try request.readTokens(tokenizer, for: configuration)
    try request.check(tokens: tokens.count, for: configuration)
    let inspection = try model.inspect(
      tokens, keeping: request.parts(tokens: tokens.count), ablation: request.ablation,
      vocabularySize: tokenizer?.vocabularySize)
    let writer = TokenWriter(tokenizer: tokenizer)
    self.init(
      model: Shape(
        layers: configuration.layers, heads: configuration.heads, channels: configuration.channels,
        neurons: configuration.hiddenChannels, vocabularySize: inspection.vocabularySize,
        positions: configuration.maximumSequenceLength),
      tokens: tokens.map { writer.token(Int($0)) })
    if let scores = request.scores {
      self.scores = try inspection.scores(alternatives: scores.top).map(writer.token)
    }
    if let next = request.next { self.next = try Next(next, inspection, writer) }
    if let lens = request.lens {
      self.lens = try (lens.positions ?? [tokens.count - 1]).map { try Lens(lens, $0, inspection, writer) }
    }
    if !request.attention.isEmpty {
      attention = try request.attention.flatMap { try Attention.all(of: $0, inspection) }
    }
    if !request.neurons.isEmpty {
      neurons = try request.neurons.map { try Neurons($0, inspection, writer) }
    }
    if !request.states.isEmpty { states = try request.states.flatMap { try State.all(of: $0, inspection) } }
    embedding = request.embedding.map { Embedding(pooling: $0, values: inspection.embedding($0)) }
  }
}

extension InspectionReport.Next {
  fileprivate init(
    _ request: InspectionRequest.Next, _ inspection: Inspection, _ writer: TokenWriter
  ) throws {
    let ranking = try inspection.next(top: request.top, target: request.token)
    self.init(likeliest: ranking.likeliest.map(writer.token), target: ranking.target.map(writer.token))
    guard let ablation = inspection.ablation, !ablation.isEmpty else { return }
    let intact = try inspection.model.inspect(inspection.tokens, vocabularySize: inspection.vocabularySize)
    changedTokens = zip(inspection.nextLogits, intact.nextLogits).count { $0.bitPattern != $1.bitPattern }
    try Self.compare(&likeliest, with: intact)
    if var target {
      target.intactLogProbability = try intact.nextLogProbabilities(of: [target.id])[0]
      self.target = target
    }
    var others = try intact.next(top: request.top).likeliest.map(writer.token)
    try Self.compare(&others, with: intact)
    for (index, value) in try inspection.nextLogProbabilities(of: others.map(\.id)).enumerated() {
      others[index].logProbability = value
    }
    intactLikeliest = others
  }

  private static func compare(_ tokens: inout [InspectionReport.Token], with intact: Inspection) throws {
    for (index, value) in try intact.nextLogProbabilities(of: tokens.map(\.id)).enumerated() {
      tokens[index].intactLogProbability = value
    }
  }
}

extension InspectionReport.Lens {
  fileprivate init(
    _ request: InspectionRequest.Lens, _ position: Int, _ inspection: Inspection, _ writer: TokenWriter
  ) throws {
    let rankings = try inspection.lens(at: position, top: request.top, target: request.token)
    self.init(
      position: position, target: rankings.first?.target.map { writer.token($0.token) },
      layers: rankings.enumerated().map { blocks, ranking in
        Layer(
          blocks: blocks, likeliest: ranking.likeliest.map(writer.token),
          logProbability: ranking.target?.logProbability, rank: ranking.target?.rank)
      })
  }
}

extension InspectionReport.Attention {
  fileprivate static func all(
    of request: InspectionRequest.Attention, _ inspection: Inspection
  ) throws -> [Self] {
    let heads = request.heads ?? Array(0..<inspection.model.configuration.heads)
    return try heads.map { head in
      let weights = try inspection.attention(layer: request.layer, head: head)
      return Self(
        layer: request.layer, head: head, weights: weights.enumerated().map { Array($1.prefix($0 + 1)) })
    }
  }
}

extension InspectionReport.Neurons {
  fileprivate init(
    _ request: InspectionRequest.Neurons, _ inspection: Inspection, _ writer: TokenWriter
  ) throws {
    let position = request.position ?? inspection.tokens.count - 1
    let values = try inspection.activations(layer: request.layer, at: position)
    let chosen =
      try request.neurons
      ?? inspection.mostActive(layer: request.layer, at: position, top: request.top).map(\.neuron)
    let effects =
      request.tokens == 0
      ? []
      : try inspection.model.effects(
        ofNeurons: chosen, layer: request.layer, top: request.tokens,
        vocabularySize: inspection.vocabularySize)
    self.init(
      layer: request.layer, position: position, inactive: values.count { $0 == 0 },
      activations: request.activations ? values : nil,
      neurons: chosen.enumerated().map { index, neuron in
        Neuron(
          neuron: neuron, activation: values[neuron],
          promotes: effects.isEmpty ? nil : effects[index].promotes.map(writer.token),
          suppresses: effects.isEmpty ? nil : effects[index].suppresses.map(writer.token))
      })
  }
}

extension InspectionReport.State {
  fileprivate static func all(
    of request: InspectionRequest.States, _ inspection: Inspection
  ) throws -> [Self] {
    try (request.positions ?? [inspection.tokens.count - 1]).map { position in
      Self(
        blocks: request.blocks, position: position, normalised: request.normalised,
        values: try inspection.hiddenState(
          afterBlocks: request.blocks, at: position, normalised: request.normalised))
    }
  }
}
