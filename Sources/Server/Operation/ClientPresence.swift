import Synchronization

/// Whether the client of a request is still there, and what is to be given up if it goes.
package final class ClientPresence: Sendable {
  private struct State {
    var isGone = false
    var next = 0
    var actions: [Int: @Sendable () -> Void] = [:]
  }

  private let state = Mutex(State())

  package init() {}

  package var isGone: Bool { state.withLock { $0.isGone } }

  /// The client is gone: all that was to be given up is, once.
  package func leave() {
    let actions = state.withLock { state in
      defer { state.actions = [:] }
      state.isGone = true
      return state.actions
    }
    for action in actions.values { action() }
  }

  /// Runs `body`, and `action` if the client goes before it ends.
  func whileThere<Value>(
    _ action: @escaping @Sendable () -> Void,
    _ body: () async throws -> Value
  ) async throws -> Value {
    let place: Int? = state.withLock { state in
      guard !state.isGone else { return nil }
      state.next += 1
      state.actions[state.next] = action
      return state.next
    }
    guard let place else {
      action()
      throw CancellationError()
    }
    defer { state.withLock { _ = $0.actions.removeValue(forKey: place) } }
    return try await body()
  }
}
