import Dispatch
import GPT2Kernels
import Synchronization
import GPT2Tokens
import GPT2Transformer

/// Writes any number of texts with one model, of which each may come at any time and go at any token: all that are there
/// share one reading of the weights for a token each.
///
/// **Bits.** A text is the same, bit for bit, as it would be alone (`TextBatch`, `Generator`), whatever else is written.
///
/// **Order.** Texts get their places in the order in which they came. Between two tokens of those that are written at most
/// `promptPiece` tokens of prompts are read, those that came first first, so that a long prompt holds nobody up for long.
/// A prompt that begins as an earlier one is read from where they part.
///
/// For any number of threads and tasks. Nothing runs while there are no texts.
package final class BatchScheduler: Sendable {
  package struct Limits: Equatable, Sendable {
    /// Texts that are written at a time, at least 1.
    package var places: Int
    /// Texts that wait for a place at most.
    package var waiting: Int
    /// Tokens of prompts that are read between two tokens of the others, at least 1.
    package var promptPiece: Int
    /// Bytes of the keys and values of prompts that are kept for later ones that begin alike.
    package var promptBytes: Int
    /// Bytes that the keys and values of texts may take in all; as many as the places need if `nil`.
    package var keyValueBytes: Int?

    package init(
      places: Int = 64, waiting: Int = 256, promptPiece: Int = 256, promptBytes: Int = 64 << 20,
      keyValueBytes: Int? = nil
    ) {
      precondition(places >= 1 && waiting >= 0 && promptPiece >= 1 && promptBytes >= 0, "no such limits")
      self.places = places
      self.waiting = waiting
      self.promptPiece = promptPiece
      self.promptBytes = promptBytes
      self.keyValueBytes = keyValueBytes
    }
  }

  package let model: LanguageModel
  package let tokenizer: Tokenizer
  package let limits: Limits

  private let queue = DispatchQueue(label: "texts", qos: .userInitiated)
  private let state: Mutex<State>
  private let texts: WrittenTexts

  /// What is shared by those who ask for texts and the one that writes them.
  private struct State {
    var waiting: [SubmittedText] = []
    var jobs: [@Sendable (LanguageModel) -> Void] = []
    var isWorking = false
    /// Whether something has changed since the worker looked.
    var hasNews = false
    var isClosed = false
    var cancelsAll = false
    var closers: [CheckedContinuation<Void, Never>] = []
    var counts: SchedulerCounts

    var isIdle: Bool { !isWorking && waiting.isEmpty && jobs.isEmpty && counts.running == 0 }
  }

  /// - Parameters:
  ///   - tokenizer: Of the model's vocabulary, or of the first tokens of it: others are never written.
  ///   - draft: One for this model.
  package init(
    _ model: LanguageModel, _ tokenizer: Tokenizer, draft: Draft? = nil, limits: Limits = Limits()
  ) {
    self.model = model
    self.tokenizer = tokenizer
    self.limits = limits
    state = Mutex(State(counts: SchedulerCounts(places: limits.places)))
    texts = WrittenTexts(
      ContinuousBatch(model, tokenizer, draft: draft, promptBytes: limits.promptBytes), limits)
  }

  /// What is going on now.
  package var counts: SchedulerCounts {
    state.withLock { state in
      var counts = state.counts
      counts.waiting = state.waiting.count
      return counts
    }
  }

  /// Takes a text, which begins at once if there is a place, else as soon as there is one.
  ///
  /// - Throws: `GenerationOptionError`; `SamplingOptionError`; `StopStringError`; `AblationError`; `ModelError` for
  ///   tokens that the model or the tokenizer does not know, or more than maxT; `SchedulerError`; `AllocationError`.
  package func submit(_ request: TextRequest) throws -> ScheduledText {
    try request.check()
    let output = TextOutput { [weak self] in self?.wake() }
    let text = try texts.text(for: request, output)
    try state.withLock { state in
      guard !state.isClosed else { throw SchedulerError.closing }
      let free = max(0, limits.places - state.counts.running)
      guard state.waiting.count - free < limits.waiting else {
        throw SchedulerError.full(waiting: state.waiting.count)
      }
      state.waiting.append(text)
    }
    wake()
    return ScheduledText(output) { [weak self] in
      if output.end(.failure(CancellationError())) { self?.wake() }
    }
  }

  /// Does other work with the model between two tokens of the texts.
  ///
  /// - Throws: What `work` throws.
  package func run<Value: Sendable>(
    _ work: @escaping @Sendable (LanguageModel) throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { waiter in
      state.withLock { state in
        state.jobs.append { model in waiter.resume(with: Result { try work(model) }) }
      }
      wake()
    }
  }

  /// Takes no more texts, and returns when all that were taken have ended.
  package func close() async {
    await withCheckedContinuation { closer in
      let isIdle = state.withLock { state in
        state.isClosed = true
        if !state.isIdle { state.closers.append(closer) }
        return state.isIdle
      }
      if isIdle { closer.resume() }
    }
  }

  /// Ends all texts at once, with `CancellationError`.
  package func cancelAll() {
    state.withLock { $0.cancelsAll = true }
    wake()
  }
}

// The one that writes.
extension BatchScheduler {
  private func wake() {
    let begins = state.withLock { state in
      state.hasNews = true
      defer { state.isWorking = true }
      return !state.isWorking
    }
    if begins { queue.async { self.work() } }
  }

  /// Goes on until nothing is left that can be done now.
  private func work() {
    while let jobs = takeNews() {
      for job in jobs { job(model) }
      let isBusy = texts.step()
      state.withLock { state in
        texts.count(in: &state.counts)
        if isBusy { state.hasNews = true }
      }
    }
  }

  /// Gives places to texts that wait.
  ///
  /// - Returns: Other work that is to be done; `nil` if the worker has nothing to do any more, and has ended.
  private func takeNews() -> [@Sendable (LanguageModel) -> Void]? {
    let jobs = state.withLock { state -> [@Sendable (LanguageModel) -> Void]? in
      guard state.hasNews else {
        state.isWorking = false
        return nil
      }
      state.hasNews = false
      if state.cancelsAll { texts.endAll(and: state.waiting) }
      state.cancelsAll = false
      texts.removeEnded()
      texts.admit(from: &state.waiting)
      texts.count(in: &state.counts)
      defer { state.jobs = [] }
      return state.jobs
    }
    if jobs == nil { answerClosers() }
    return jobs
  }

  private func answerClosers() {
    let closers = state.withLock { state in
      guard state.isIdle else { return [CheckedContinuation<Void, Never>]() }
      defer { state.closers = [] }
      return state.closers
    }
    for closer in closers { closer.resume() }
  }
}
