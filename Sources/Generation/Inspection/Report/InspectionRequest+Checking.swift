import GPT2Tokens
import GPT2Transformer

extension InspectionRequest {
  /// The most numbers that a report may have, some twenty megabytes.
  public static let maximumValues = 1 << 21
  /// The longest list of tokens or neurons.
  static let counts = 0...1000
  /// Each position of a lens costs as much as L + 1 tokens' logits.
  static let lensPositions = 0...64
  /// Each layer's neurons are kept for all of the text.
  static let neuronLayers = 0...16

  /// - Parameter tokenizer: What makes tokens of the text.
  /// - Throws: `InspectionError` if there is not exactly one of text and tokens, or no tokenizer; `FileError` if the
  ///   tokenizer has no token for a byte; `ModelError` for tokens that the model does not know, more than maxT, or none.
  func readTokens(_ tokenizer: Tokenizer?, for configuration: Configuration) throws -> [Int32] {
    var ids: [Int]
    switch (text, tokens) {
    case (nil, let tokens?): ids = tokens
    case (let text?, nil):
      guard let tokenizer else { throw InspectionError.noTokenizer }
      ids = try tokenizer.encode(
        text, parsingSpecialTokens: parseSpecialTokens ?? tokenizer.parsesSpecialTokens)
      if ids.isEmpty { ids = [tokenizer.endOfText] }
    case (nil, nil): throw InspectionError.noSingleText(found: "neither text nor tokens")
    case (_?, _?): throw InspectionError.noSingleText(found: "both text and tokens")
    }
    guard ids.count <= configuration.maximumSequenceLength else {
      throw ModelError.sequenceTooLong(found: ids.count, maximum: configuration.maximumSequenceLength)
    }
    return ids.map { Int32(clamping: $0) }
  }

  /// Checks what the request asks for against a text of so many tokens, before anything is computed.
  ///
  /// - Throws: `InspectionError`; `AblationError`.
  func check(tokens T: Int, for configuration: Configuration) throws {
    try ablation?.check(for: configuration)
    try Self.check("scores.top", scores?.top ?? 0, Self.counts)
    try Self.check("next.top", next?.top ?? 0, Self.counts)
    try Self.check("lens.top", lens?.top ?? 0, Self.counts)
    try Self.check("the number of lens.positions", lens?.positions?.count ?? 0, Self.lensPositions)
    try Self.check("the number of neurons", neurons.count, Self.neuronLayers)
    for request in neurons {
      try Self.check("neurons.top", request.top, Self.counts)
      try Self.check("neurons.tokens", request.tokens, Self.counts)
      try Self.check("the number of neurons.neurons", request.neurons?.count ?? 0, Self.counts)
      if let position = request.position { try Inspection.check(position: position, tokens: T) }
      let H = configuration.hiddenChannels
      for neuron in request.neurons ?? [] where !(0..<H).contains(neuron) {
        throw InspectionError.neuronOutOfRange(found: neuron, neurons: H)
      }
    }
    for request in attention {
      for head in request.heads ?? [] where !(0..<configuration.heads).contains(head) {
        throw InspectionError.headOutOfRange(found: head, heads: configuration.heads)
      }
    }
    let L = configuration.layers
    for state in states where !(0...L).contains(state.blocks) {
      throw InspectionError.blocksOutOfRange(found: state.blocks, layers: L)
    }
    try parts(tokens: T).check(for: configuration, tokens: T)
    let values = valueCount(tokens: T, for: configuration)
    guard values <= Self.maximumValues else {
      throw InspectionError.tooManyValues(found: values, maximum: Self.maximumValues)
    }
  }

  /// What the pass has to keep.
  func parts(tokens T: Int) -> InspectionParts {
    let lensPositions = lens.map { $0.positions ?? [T - 1] } ?? []
    return InspectionParts(
      states: Set(lensPositions + states.flatMap { $0.positions ?? [T - 1] }),
      attention: Set(attention.map(\.layer)), neurons: Set(neurons.map(\.layer)))
  }

  /// The numbers that the report will have; no sum overflows, as lists are as long as the request.
  private func valueCount(tokens T: Int, for configuration: Configuration) -> Int {
    var count = T
    if let scores { count += T * (scores.top + 1) }
    if let next { count += 4 * (next.top + 1) }
    if let lens { count += (lens.positions?.count ?? 1) * (configuration.layers + 1) * (lens.top + 2) }
    for request in attention {
      count += (request.heads?.count ?? configuration.heads) * (T * (T + 1) / 2)
    }
    for request in neurons {
      count += (request.neurons?.count ?? request.top) * (2 + 2 * request.tokens)
      if request.activations { count += configuration.hiddenChannels }
    }
    for request in states { count += (request.positions?.count ?? 1) * configuration.channels }
    if embedding != nil { count += configuration.channels }
    return count
  }

  private static func check(_ member: String, _ count: Int, _ range: ClosedRange<Int>) throws(InspectionError)
  {
    guard range.contains(count) else {
      throw .countOutOfRange(member: member, found: count, expected: range)
    }
  }
}
