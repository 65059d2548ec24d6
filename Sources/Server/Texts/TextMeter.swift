/// Tells the metrics how fast the texts of a request come.
struct TextMeter: Sendable {
  let metrics: ServerMetrics
  let model: String
  /// When the request came.
  let arrival: ContinuousClock.Instant

  /// Of one text.
  struct Timing {
    fileprivate var tokens = 0
    fileprivate var first: ContinuousClock.Instant?
    fileprivate var last: ContinuousClock.Instant?
  }

  func start() -> Timing { Timing() }

  func wrote(_ timing: inout Timing) {
    let now = ContinuousClock.now
    timing.tokens += 1
    timing.last = now
    guard timing.first == nil else { return }
    timing.first = now
    metrics.firstToken(of: model, after: (now - arrival) / .seconds(1))
  }

  func end(_ timing: Timing) {
    guard let first = timing.first, let last = timing.last else { return }
    metrics.wrote(tokens: timing.tokens, of: model, in: (last - first) / .seconds(1))
  }
}
