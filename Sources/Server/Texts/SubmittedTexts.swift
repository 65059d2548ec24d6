import GPT2Generation

/// Texts at work, or in the queue; they are given up when this goes.
final class SubmittedTexts: Sendable {
  /// What comes of a text.
  enum Event: Sendable {
    /// The tokens of its prompt, before anything else, if they are scored.
    case scores([PromptToken])
    case token(GeneratedToken)
  }

  /// A text once it has ended.
  struct Finished: Sendable {
    var scores: [PromptToken] = []
    var tokens: [GeneratedToken] = []
  }

  /// `nil` where there is nothing to read or write.
  private let texts: [ScheduledText?]
  private let countOfEach: Int
  /// Of each prompt; `nil` if it is not scored.
  private let scores: [Task<[PromptToken], any Error>?]

  /// - Parameters:
  ///   - countOfEach: Texts of each prompt.
  ///   - areScored: Whether each prompt's tokens are, by its first text.
  init(_ texts: [ScheduledText?], countOfEach: Int, areScored: [Bool]) {
    self.texts = texts
    self.countOfEach = countOfEach
    scores = areScored.enumerated().map { prompt, isScored in
      guard isScored, let text = texts[prompt * countOfEach] else { return nil }
      return Task { try await text.promptScores() }
    }
  }

  deinit { cancel() }

  var count: Int { texts.count }

  func cancel() {
    for text in texts { text?.cancel() }
    for task in scores { task?.cancel() }
  }

  /// All texts once they have ended, those of the first prompt first.
  ///
  /// - Throws: What a text's iteration throws.
  func finish(_ meter: TextMeter) async throws -> [Finished] {
    var all = [Finished](repeating: Finished(), count: texts.count)
    try await forEachEvent(meter) { place, event in
      switch event {
      case .scores(let scores): all[place].scores = scores
      case .token(let token): all[place].tokens.append(token)
      }
    }
    return all
  }

  /// Hands on what comes of the texts as it comes, each with its place. A text waits until what it has given is taken, so
  /// that a client that reads slowly is waited for.
  ///
  /// - Throws: What a text's iteration throws, and `take`.
  func forEachEvent(
    _ meter: TextMeter, _ take: (_ place: Int, _ event: Event) async throws -> Void
  ) async throws {
    var timings = [TextMeter.Timing](repeating: meter.start(), count: texts.count)
    defer { for timing in timings { meter.end(timing) } }
    try await withThrowingTaskGroup(of: (place: Int, event: Event?).self) { group in
      for place in texts.indices { group.addTask { (place, try await self.first(of: place)) } }
      while let (place, event) = try await group.next() {
        guard let event else { continue }
        if case .token = event { meter.wrote(&timings[place]) }
        try await take(place, event)
        group.addTask { (place, try await self.next(of: place)) }
      }
    }
  }

  private func first(of place: Int) async throws -> Event? {
    if let scores = scores[place / countOfEach] { return .scores(try await scores.value) }
    return try await next(of: place)
  }

  private func next(of place: Int) async throws -> Event? {
    try await texts[place]?.makeAsyncIterator().next().map { .token($0) }
  }
}
