import GPT2Kernels

/// What drafts cost, in passes over a single token.
///
/// A draft of k tokens costs k times a proposal, and the pass that checks it 1 and k times a row. dev/drafts.md has the
/// measurements.
struct DraftCosts: Sendable {
  /// One proposed token's.
  let proposal: Double
  /// One more row's in a checking pass.
  let row: Double

  /// - Parameter weights: The draft's bytes that a token reads, as a share of the model's own; 0 if there is no model.
  init(weights: Double) {
    // A pass has a fixed part besides: attention, norms, and drawing the token.
    proposal = weights == 0 ? 0 : weights + 0.05
    row = 0.05
  }

  func draft(of count: Int) -> Double { Double(count) * (proposal + row) }
}

/// How many tokens are worth proposing to a text, by how many were accepted lately.
///
/// If each proposal is accepted with probability α where those before it were, a pass with k of them writes
///
///     E(k) = 1 + α + α² + … + αᵏ
///
/// tokens (Leviathan et al. 2023, equation 1). The best length is that of the greatest E(k) / (1 + cost(k)). Where that is
/// 0, plain decoding is faster: then nothing is proposed for some passes, and, as the text may have changed, tried again.
struct DraftLength: Sendable {
  /// With the token that is read anyway, as many rows as have the bits of single ones.
  static let longest = Linear.fewRows - 1

  /// How many passes go by before the first trial after drafts did not pay; each that fails doubles it.
  static let firstRest = 16
  static let longestRest = 256
  /// What remains of an observation's weight after the next pass.
  private static let memory = 0.9

  private let costs: DraftCosts
  // Proposals that were judged lately, which are the accepted ones and the first that was not; and those accepted.
  private var judged: Double
  private var accepted: Double
  private var rest = firstRest
  /// Passes until the next trial; `nil` while drafts pay.
  private var pause: Int?

  init(_ costs: DraftCosts) {
    self.costs = costs
    // An optimist, soon convinced of the contrary.
    (judged, accepted) = (4, 3)
  }

  /// α, as far as it is known.
  var acceptance: Double { accepted / judged }

  /// How many tokens to propose for the next pass, at most `limit`.
  func next(limit: Int) -> Int {
    guard limit > 0, pause ?? 0 == 0 else { return 0 }
    // A trial asks for one at least.
    return min(limit, pause == nil ? best : max(1, best))
  }

  /// Takes note of a pass.
  ///
  /// - Parameters:
  ///   - proposed: How many tokens it checked, perhaps none.
  ///   - accepted: How many of them the text went on with, from the first on.
  mutating func checked(proposed: Int, accepted count: Int) {
    if proposed > 0 {
      judged = judged * Self.memory + Double(min(count + 1, proposed))
      accepted = accepted * Self.memory + Double(count)
      if best > 0 {
        (pause, rest) = (nil, Self.firstRest)
      } else {
        if pause != nil { rest = min(2 * rest, Self.longestRest) }
        pause = rest
      }
    } else if let passes = pause, passes > 0 {
      pause = passes - 1
      // What was long ago says little; a trial or two can turn it.
      if passes == 1 { (judged, accepted) = (1, acceptance) }
    }
  }

  /// The length of the greatest gain.
  private var best: Int {
    var (best, greatest) = (0, 1.0)
    var (written, chance) = (1.0, 1.0)
    for length in 1...Self.longest {
      chance *= acceptance
      written += chance
      let gain = written / (1 + costs.draft(of: length))
      if gain > greatest { (best, greatest) = (length, gain) }
    }
    return best
  }
}
