// Stands in for the scheduler of Generation/Batching, whose interface this is, until that is merged: texts one beside the
// other, each by itself. To be deleted then, whole.
import Generation
import Kernels
import Platform
import Synchronization
import Tokens
import Transformer

public struct TextRequest: Equatable, Sendable {
  public var prompt: [Int32]
  public var options: GenerationOptions
  public var promptAlternatives: Int?
}

public struct ScoredToken: Equatable, Sendable {
  public let token: Int
  public let logProbability: Double?
  public let alternatives: [TokenLogProbability]
}

public enum SchedulerError: Error, Equatable, Sendable {
  case full(waiting: Int)
  case closing
  case needsMoreMemory
}

public struct SchedulerCounts: Sendable {
  public var running = 0
  public var waiting = 0
  public var places = 64
  public var promptTokensShared = 0
  public var keyValueBytes = 0
}

public final class BatchScheduler: Sendable {
  public struct Limits: Sendable, Equatable {
    public var places = 64
    public var waiting = 256

    public init() {}
  }

  public let model: LanguageModel
  public let tokenizer: Tokenizer
  private let draft: Draft?
  private let limits: Limits
  private let state = Mutex((running: 0, isClosed: false))

  public init(
    _ model: LanguageModel, _ tokenizer: Tokenizer, draft: Draft? = nil, limits: Limits = Limits()
  ) {
    self.model = model
    self.tokenizer = tokenizer
    self.draft = draft
    self.limits = limits
  }

  public func submit(_ request: TextRequest) throws -> ScheduledText {
    var options = request.options
    options.maximumTokens = max(1, options.maximumTokens)
    try options.check()
    _ = try TextBatch(model, tokenizer, prompts: [request.prompt], options: options)
    let refusal: SchedulerError? = state.withLock { state in
      if state.isClosed { return .closing }
      if state.running >= limits.places + limits.waiting { return .full(waiting: limits.waiting) }
      state.running += 1
      return nil
    }
    if let refusal { throw refusal }
    return ScheduledText(request, model, tokenizer, draft) { self.state.withLock { $0.running -= 1 } }
  }

  public func run<Value: Sendable>(
    _ work: @escaping @Sendable (LanguageModel) throws -> Value
  ) async throws -> Value {
    try work(model)
  }

  public var counts: SchedulerCounts {
    var counts = SchedulerCounts()
    counts.places = limits.places
    let all = state.withLock { $0.running }
    counts.running = min(all, limits.places)
    counts.waiting = all - counts.running
    return counts
  }

  public func close() async {
    state.withLock { $0.isClosed = true }
    while state.withLock({ $0.running }) > 0 { try? await Task.sleep(for: .milliseconds(10)) }
  }

  public func cancelAll() {}
}

public final class ScheduledText: AsyncSequence, Sendable {
  public typealias Element = GeneratedToken

  private let stream: AsyncThrowingStream<GeneratedToken, any Error>
  private let scores: Task<[ScoredToken], any Error>
  private let task: Task<Void, Never>

  fileprivate init(
    _ request: TextRequest, _ model: LanguageModel, _ tokenizer: Tokenizer, _ draft: Draft?,
    _ end: @escaping @Sendable () -> Void
  ) {
    let (stream, continuation) = AsyncThrowingStream<GeneratedToken, any Error>.makeStream()
    self.stream = stream
    scores = Task { try Self.scores(request, model) }
    let task = Task.detached {
      defer { end() }
      guard request.options.maximumTokens > 0 else { return continuation.finish() }
      do {
        let batch = try TextBatch(
          model, tokenizer, prompts: [request.prompt], options: request.options, draft: draft)
        while !batch.isFinished {
          try Task.checkCancellation()
          for (_, token) in try batch.step() { continuation.yield(token) }
          await Task.yield()
        }
        continuation.finish()
      } catch {
        continuation.finish(throwing: error)
      }
    }
    self.task = task
    continuation.onTermination = { _ in task.cancel() }
  }

  public func cancel() { task.cancel() }

  public func promptScores() async throws -> [ScoredToken] { try await scores.value }

  public func makeAsyncIterator() -> AsyncThrowingStream<GeneratedToken, any Error>.AsyncIterator {
    stream.makeAsyncIterator()
  }

  private static func scores(_ request: TextRequest, _ model: LanguageModel) throws -> [ScoredToken] {
    guard let count = request.promptAlternatives, let first = request.prompt.first else { return [] }
    var scored = [ScoredToken(token: Int(first), logProbability: nil, alternatives: [])]
    let pass = InferencePass(model.configuration)
    let prompt = request.prompt
    try model.forEachLogitsBand(of: prompt, last: prompt.count, in: pass) { rows, logits in
      for (place, row) in rows.enumerated() where row + 1 < prompt.count {
        let logits = logits[place].map { Double($0) }
        let greatest = logits.max() ?? 0
        let sum = greatest + log(logits.reduce(0) { $0 + exp($1 - greatest) })
        let ranked = logits.indices.sorted { (-logits[$0], $0) < (-logits[$1], $1) }.prefix(count)
        scored.append(
          ScoredToken(
            token: Int(prompt[row + 1]), logProbability: logits[Int(prompt[row + 1])] - sum,
            alternatives: ranked.map { TokenLogProbability(token: $0, logProbability: logits[$0] - sum) }))
      }
    }
    return scored
  }
}
