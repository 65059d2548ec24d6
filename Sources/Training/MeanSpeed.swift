/// How fast steps were so far, in tokens: steps may have fewer of them at first.
struct MeanSpeed {
  private var (tokens, seconds) = (0.0, 0.0)

  mutating func add(tokens: Int, seconds: Double) {
    self.tokens += Double(tokens)
    self.seconds += seconds
  }

  /// The time that so many more will take.
  func seconds(for tokens: Int) -> Double { seconds / max(1, self.tokens) * Double(tokens) }
}
