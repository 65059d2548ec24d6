import Generation

/// Texts at work, or in the queue; they are given up when this goes.
final class SubmittedTexts: Sendable {
  /// What comes of a text.
  enum Event: Sendable {
    /// The tokens of its prompt, before anything else, if they are scored.
    case scores([ScoredToken])
    case token(GeneratedToken)
  }

  /// A text once it has ended.
  struct Finished: Sendable {
    var scores: [ScoredToken] = []
    var tokens: [GeneratedToken] = []
  }

  /// `nil` where there is nothing to read or write.
  private let texts: [ScheduledText?]
  private let countOfEach: Int
  /// Of each prompt; `nil` if it is not scored.
  private let scores: [Task<[ScoredToken], any Error>?]

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
    try await withThrowingTaskGroup(of: (Int, Finished).self) { group in
      for place in texts.indices {
        group.addTask {
          var finished = Finished()
          try await self.read(place, meter) { event in
            switch event {
            case .scores(let scores): finished.scores = scores
            case .token(let token): finished.tokens.append(token)
            }
          }
          return (place, finished)
        }
      }
      var all = [Finished](repeating: Finished(), count: texts.count)
      for try await (place, finished) in group { all[place] = finished }
      return all
    }
  }

  /// What comes of the texts as it comes, each with its place.
  ///
  /// - Throws: The iteration throws what a text's iteration throws.
  func events(_ meter: TextMeter) -> AsyncThrowingStream<(place: Int, event: Event), any Error> {
    let (stream, continuation) = AsyncThrowingStream<(place: Int, event: Event), any Error>.makeStream()
    let task = Task {
      do {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for place in texts.indices {
            group.addTask {
              try await self.read(place, meter) { continuation.yield((place, $0)) }
            }
          }
          try await group.waitForAll()
        }
        continuation.finish()
      } catch {
        continuation.finish(throwing: error)
      }
    }
    continuation.onTermination = { _ in task.cancel() }
    return stream
  }

  private func read(_ place: Int, _ meter: TextMeter, _ take: (Event) -> Void) async throws {
    if let scores = scores[place / countOfEach] { take(.scores(try await scores.value)) }
    guard let text = texts[place] else { return }
    var timing = meter.start()
    defer { meter.end(timing) }
    for try await token in text {
      meter.wrote(&timing)
      take(.token(token))
    }
  }
}
