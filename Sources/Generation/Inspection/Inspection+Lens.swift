import GPT2Kernels
import GPT2Transformer

extension Inspection {
  /// The logit lens (nostalgebraist 2020, "interpreting GPT: the logit lens"): what the model would say after a position
  /// if its blocks ended here. The residual stream behind 0, 1, … L blocks goes through the last layer norm and the
  /// classifier; the last of the L + 1 is what the model does say.
  ///
  /// - Parameters:
  ///   - position: One of those whose states are kept.
  ///   - count: How many of the likeliest tokens to list.
  ///   - target: The token to look for; the one that comes next in the text if not given, none after the last.
  /// - Throws: `InspectionError`; `SamplingError` if the model's logits are not finite.
  public func lens(at position: Int, top count: Int = 5, target: Int? = nil) throws -> [TokenRanking] {
    let row = try keptRow(of: position)
    try check(target: target)
    let next = position + 1 < tokens.count ? Int(tokens[position + 1]) : nil
    let C = model.configuration.channels
    return try model.workers.withScratch((model.configuration.layers + 1) * C) { memory in
      let states = Matrix(memory, rows: model.configuration.layers + 1, columns: C)
      for blocks in 0..<states.rows {
        guard let source = kept.states(afterBlocks: blocks) else { continue }
        _ = states[blocks].update(fromContentsOf: source[row])
      }
      return try model.rankings(of: states, top: count, vocabularySize: vocabularySize) { _ in target ?? next
      }
    }
  }
}
