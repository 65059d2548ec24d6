/// Takes from the logits of tokens that were written, by how often they were: xᵢ − cᵢ·α − [cᵢ > 0]·β, with c the counts, α
/// the frequency's and β the presence's penalty (OpenAI's `frequency_penalty` and `presence_penalty`). Below 0 they become
/// likelier.
struct OccurrencePenalty: Sendable {
  /// β, finite.
  let presence: Float
  /// α, finite.
  let frequency: Float

  var changesNothing: Bool { presence == 0 && frequency == 0 }

  /// - Parameters:
  ///   - logits: (V)
  ///   - written: Tokens below V.
  ///   - counts: (V), all 0, and so again afterwards.
  func apply(to logits: UnsafeMutableBufferPointer<Float>, written: ArraySlice<Int32>, counts: inout [Int32])
  {
    for token in written { counts[Int(token)] += 1 }
    for token in written where counts[Int(token)] > 0 {
      let taken = Float(counts[Int(token)]) * frequency + presence
      logits[Int(token)] = logits[Int(token)].adjusted { $0 - taken }
      counts[Int(token)] = 0
    }
  }
}
