import GPT2Kernels

/// The tokens that a model finds likeliest in one place, and where one of them stands.
public struct TokenRanking: Equatable, Sendable {
  /// As many as were asked for, the likeliest first.
  public let likeliest: [TokenLogProbability]
  /// The token that was looked for, if one was.
  public let target: RankedToken?
}

/// A token's log-probability and its place.
public struct RankedToken: Equatable, Sendable {
  /// Its id.
  public let token: Int
  /// The natural logarithm of the token's probability, at most 0.
  public let logProbability: Double
  /// 1 for the likeliest; of equally likely tokens that of the lower id comes first.
  public let rank: Int
}

extension TokenRanking {
  /// - Parameter logits: (V)
  /// - Throws: `SamplingError` if a logit is NaN or +∞ or none is finite.
  init(
    of logits: UnsafeBufferPointer<Float>, top count: Int, target: Int?
  ) throws(SamplingError) {
    let greatest = try Greedy(checking: logits)
    var logProbabilities = LogProbabilities()
    let report = logProbabilities.report(
      target ?? greatest.token, alternatives: count, logits, greatest: greatest.logit)
    likeliest = report.alternatives
    self.target = target.map { target in
      RankedToken(
        token: target, logProbability: report.logProbability ?? 0, rank: Self.rank(of: target, in: logits))
    }
  }

  /// Of each row.
  static func rankings(
    of logits: Matrix, top count: Int, targets: [Int?], on workers: Workers
  ) throws(SamplingError) -> [TokenRanking] {
    var rankings = [Result<TokenRanking, SamplingError>?](repeating: nil, count: logits.rows)
    rankings.withUnsafeMutableBufferPointer { rankings in
      workers.run(parts: logits.rows) { row in
        rankings[row] = Result { () throws(SamplingError) in
          try TokenRanking(of: UnsafeBufferPointer(logits[row]), top: count, target: targets[row])
        }
      }
    }
    var all: [TokenRanking] = []
    for case let ranking? in rankings { all.append(try ranking.get()) }
    return all
  }

  private static func rank(of token: Int, in logits: UnsafeBufferPointer<Float>) -> Int {
    let logit = logits[token]
    var before = 0
    for other in 0..<token where logits[other] >= logit { before += 1 }
    for other in token + 1..<logits.count where logits[other] > logit { before += 1 }
    return before + 1
  }
}
