import Synchronization

/// What has been written of one text, on its way from the thread that writes to whoever reads it.
final class TextOutput: Sendable {
  private struct State {
    var tokens: [GeneratedToken] = []
    /// Where in these the reader is.
    var read = 0
    var scores: [PromptToken]?
    var end: Result<Void, any Error>?
    var tokenReader: CheckedContinuation<GeneratedToken?, any Error>?
    var scoreReader: CheckedContinuation<[PromptToken], any Error>?

    var unread: Int { tokens.count - read }
  }

  private let state = Mutex(State())
  /// Tokens that may wait for the reader; a text is not written on before it takes some.
  private static let most = 32

  /// Called when a reader that was behind has taken a token.
  private let caughtUp: @Sendable () -> Void

  init(caughtUp: @escaping @Sendable () -> Void) { self.caughtUp = caughtUp }

  /// Whether the reader has left so many tokens that no more are written for now.
  var isBehind: Bool { state.withLock { $0.unread >= Self.most } }

  var hasEnded: Bool { state.withLock { $0.end != nil } }

  func write(_ tokens: [GeneratedToken]) {
    change { $0.tokens += tokens }
  }

  /// Only the first scores count.
  func write(scores: [PromptToken]) {
    change { if $0.scores == nil { $0.scores = scores } }
  }

  /// - Returns: Whether it had not ended before: only the first end counts.
  @discardableResult
  func end(_ result: Result<Void, any Error>) -> Bool {
    change { state in
      guard state.end == nil else { return false }
      state.end = result
      return true
    }
  }

  /// The next token, once there is one; `nil` once there will be none.
  func next() async throws -> GeneratedToken? {
    try await withCheckedThrowingContinuation { reader in
      // In the step that takes the token: between the two the writer may write the one that puts the reader behind.
      let wasBehind = change { state in
        state.tokenReader = reader
        return state.unread >= Self.most
      }
      if wasBehind { caughtUp() }
    }
  }

  func promptScores() async throws -> [PromptToken] {
    try await withCheckedThrowingContinuation { reader in
      change { $0.scoreReader = reader }
    }
  }

  /// Changes the state, and answers who waits if that can be done now.
  private func change<Value: Sendable>(_ body: (inout State) -> Value) -> Value {
    let (result, token, scores) = state.withLock { state in
      (body(&state), Self.answerToken(&state), Self.answerScores(&state))
    }
    token?()
    scores?()
    return result
  }

  private static func answerToken(_ state: inout State) -> (@Sendable () -> Void)? {
    guard let reader = state.tokenReader else { return nil }
    if state.unread > 0 {
      let token = state.tokens[state.read]
      state.read += 1
      if state.read == state.tokens.count { (state.tokens, state.read) = ([], 0) }
      state.tokenReader = nil
      return { reader.resume(returning: token) }
    }
    guard let end = state.end else { return nil }
    state.tokenReader = nil
    return { reader.resume(with: end.map { nil }) }
  }

  private static func answerScores(_ state: inout State) -> (@Sendable () -> Void)? {
    guard let reader = state.scoreReader else { return nil }
    if let scores = state.scores {
      state.scoreReader = nil
      return { reader.resume(returning: scores) }
    }
    guard let end = state.end else { return nil }
    state.scoreReader = nil
    return { reader.resume(with: end.map { [] }) }
  }
}
