import Testing

@testable import GPT2Generation

@Suite struct DraftLengthTests {
  private let costs = DraftCosts(weights: 0.14)

  /// A draft grows while all is accepted, to the bound, and no further.
  @Test func growsWithAcceptance() {
    var length = DraftLength(costs)
    let lengths = (0..<30).map { _ in
      let count = length.next(limit: 7)
      length.checked(proposed: count, accepted: count)
      return count
    }
    #expect(lengths[0] > 0 && lengths[0] < 7 && lengths == lengths.sorted() && lengths[29] == 7)
    #expect(length.next(limit: 3) == 3 && length.next(limit: 0) == 0 && length.next(limit: -1) == 0)
  }

  @Test func shrinksWithRejections() {
    var length = DraftLength(costs)
    for _ in 0..<30 { length.checked(proposed: 7, accepted: 7) }
    var before = 7
    for _ in 0..<8 {
      length.checked(proposed: before, accepted: 1)
      #expect(length.next(limit: 7) <= before)
      before = length.next(limit: 7)
    }
    #expect((1..<7).contains(before))
  }

  /// The length with the most tokens for the time, by the formula and at every acceptance.
  @Test(arguments: [0.05, 0.15, 0.3, 0.6, 0.9, 0.97])
  func isTheBestLength(acceptance: Double) {
    for weights in [0, 0.14, 0.28] {
      let costs = DraftCosts(weights: weights)
      var length = DraftLength(costs)
      // One in twenty at a time, so often that the mean is near.
      var (judged, accepted) = (0.0, 0.0)
      for step in 0..<400 {
        let isAccepted =
          (Double(step + 1) * acceptance).rounded(.down) > (Double(step) * acceptance).rounded(.down)
        length.checked(proposed: 1, accepted: isAccepted ? 1 : 0)
        judged = judged * 0.9 + 1
        accepted = accepted * 0.9 + (isAccepted ? 1 : 0)
      }
      #expect(abs(length.acceptance - accepted / judged) < 1e-6)
      let gains = (0...7).map { count -> Double in
        let written = (0...count).reduce(0.0) { $0 + power(length.acceptance, $1) }
        return written / (1 + costs.draft(of: count))
      }
      let best = gains.indices.max { gains[$0] < gains[$1] } ?? 0
      if best > 0 { #expect(length.next(limit: 7) == best) }
    }
  }

  /// What is never accepted is not proposed, but tried again after a rest, each longer than the one before, to a bound.
  @Test func restsAndTriesAgain() {
    var length = DraftLength(costs)
    var trials: [Int] = []
    for pass in 0..<2000 {
      let count = length.next(limit: 7)
      if count > 0 { trials.append(pass) }
      length.checked(proposed: count, accepted: 0)
    }
    let rests = zip(trials.dropFirst(), trials).map { $0 - $1 - 1 }.drop { $0 == 0 }
    #expect(Array(rests.prefix(6)) == [16, 32, 64, 128, 256, 256])
    #expect(trials.count < 20)
    // Once they pay again, they come in every pass, and the next rest is a short one.
    while length.next(limit: 7) == 0 { length.checked(proposed: 0, accepted: 0) }
    for _ in 0..<20 {
      let count = length.next(limit: 7)
      length.checked(proposed: count, accepted: count)
    }
    #expect(length.next(limit: 7) == 7)
    var passes = 0
    while length.next(limit: 7) > 0 { length.checked(proposed: length.next(limit: 7), accepted: 0) }
    while length.next(limit: 7) == 0 {
      length.checked(proposed: 0, accepted: 0)
      passes += 1
    }
    #expect(passes == DraftLength.firstRest)
  }

  /// A trial for which there are no proposals waits for some.
  @Test func aTrialWithoutProposalsIsStillToCome() {
    var length = DraftLength(costs)
    while length.next(limit: 7) > 0 { length.checked(proposed: 1, accepted: 0) }
    for _ in 0..<100 { length.checked(proposed: 0, accepted: 0) }
    #expect(length.next(limit: 7) == 1)
  }

  private func power(_ x: Double, _ n: Int) -> Double { (0..<n).reduce(1.0) { product, _ in product * x } }
}
