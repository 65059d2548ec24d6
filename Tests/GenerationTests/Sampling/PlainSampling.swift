import GPT2Generation
import GPT2RandomNumbers
import TestSupport

/// Sampling once more, in double precision with sorted arrays, sharing nothing with the sampler but the random
/// numbers.
struct PlainSampling {
  let options: SamplingOptions
  private var random: XorShift

  init(_ options: SamplingOptions) {
    self.options = options
    random = XorShift(state: options.seed)
  }

  mutating func token(_ logits: [Float], history: [Int32] = []) -> Int {
    let probabilities = probabilities(logits, history: history)
    guard options.temperature > 0 else { return probabilities.firstIndex(of: 1) ?? -1 }
    let target = Double(random.nextFloat())
    var sum = 0.0
    for (token, probability) in probabilities.enumerated() {
      sum += probability
      if target < sum { return token }
    }
    return probabilities.lastIndex { $0 > 0 } ?? -1
  }

  /// The probability with which each token is drawn.
  func probabilities(_ logits: [Float], history: [Int32] = []) -> [Double] {
    var x = logits.map(Double.init)
    for (token, bias) in options.logitBias { x[token] += Double(bias) }
    let penalty = Double(options.repetitionPenalty)
    for token in Set(history.suffix(options.repetitionWindow ?? .max)) {
      x[Int(token)] = x[Int(token)] > 0 ? x[Int(token)] / penalty : x[Int(token)] * penalty
    }
    // The likeliest first, of equals the lower id.
    var order = x.indices.sorted { (x[$1], $0) < (x[$0], $1) }
    guard options.temperature > 0 else { return x.indices.map { $0 == order[0] ? 1 : 0 } }

    order = Array(order.prefix(options.topK ?? .max))
    let weights = x.map { exponential(($0 - x[order[0]]) / Double(options.temperature)) }
    if options.topP < 1 {
      let total = order.reduce(0) { $0 + weights[$1] }
      var sum = 0.0
      let enough = order.firstIndex { token in
        sum += weights[token] / total
        return sum >= options.topP
      }
      order = Array(order.prefix((enough ?? order.count - 1) + 1))
    }
    let enough = options.minP * weights[order[0]]
    order.removeAll { weights[$0] < enough }
    let total = order.reduce(0) { $0 + weights[$1] }
    var probabilities = [Double](repeating: 0, count: x.count)
    for token in order { probabilities[token] = weights[token] / total }
    return probabilities
  }
}

extension TokenSampler {
  mutating func sample(
    _ logits: [Float], history: [Int32] = [], alternatives: Int? = nil
  ) throws -> SampledToken {
    try logits.withUnsafeBufferPointer { try sample($0, history: history, alternatives: alternatives) }
  }
}
