import GPT2Kernels
import GPT2Tokens
import GPT2Transformer

/// A text with the way to who asked for it.
final class SubmittedText: @unchecked Sendable {
  // `@unchecked`: whoever asked lets go of it; then it is the worker's alone.
  let text: RunningText
  let output: TextOutput
  /// Pages of keys and values that it may come to need.
  let pages: Int

  init(_ text: RunningText, _ output: TextOutput, pages: Int) {
    self.text = text
    self.output = output
    self.pages = pages
  }
}

/// The texts that have a place, and the batch in which they are written.
final class WrittenTexts: @unchecked Sendable {
  // `@unchecked`: one worker at a time writes, and what others call changes nothing.
  private let batch: ContinuousBatch
  private let limits: BatchScheduler.Limits
  private var running: [SubmittedText] = []
  private var (finished, abandoned) = (0, 0)

  init(_ batch: ContinuousBatch, _ limits: BatchScheduler.Limits) {
    self.batch = batch
    self.limits = limits
  }

  /// A text that is asked for. For any thread.
  ///
  /// - Throws: As `RunningText.init`; `SchedulerError.needsMoreMemory`.
  func text(for request: TextRequest, _ output: TextOutput) throws -> SubmittedText {
    let text = try RunningText(request, for: batch.model, batch.tokenizer, from: batch.pool)
    let (pages, pageBytes) = (KeyValueShape.pages(for: text.state.cache.capacity), batch.pool.shape.pageBytes)
    if let limit = limits.keyValueBytes, pages * pageBytes > limit {
      throw SchedulerError.needsMoreMemory(bytes: pages * pageBytes, limit: limit)
    }
    return SubmittedText(text, output, pages: pages)
  }

  /// Gives free places to those that came first, as far as there is memory for all that they may need.
  func admit(from waiting: inout [SubmittedText]) {
    let before = waiting.count
    waiting.removeAll(where: \.output.hasEnded)
    abandoned += before - waiting.count
    let mostPages = limits.keyValueBytes.map { $0 / batch.pool.shape.pageBytes } ?? .max
    var pages = running.reduce(0) { $0 + $1.pages }
    while let next = waiting.first, running.count < limits.places, pages + next.pages <= mostPages {
      pages += next.pages
      batch.add(next.text)
      running.append(next)
      waiting.removeFirst()
    }
  }

  /// Frees the places of texts that were given up.
  func removeEnded() {
    // Looked at once: it may end at any moment.
    let ended = running.filter(\.output.hasEnded)
    for text in ended {
      batch.remove(text.text)
      running.removeAll { $0 === text }
    }
    abandoned += ended.count
  }

  func endAll(and waiting: [SubmittedText]) {
    for text in running + waiting { text.output.end(.failure(CancellationError())) }
  }

  /// Goes on with the texts whose readers keep up.
  ///
  /// - Returns: Whether there was one.
  func step() -> Bool {
    let behind = Set(running.filter(\.output.isBehind).map { ObjectIdentifier($0.text) })
    let isBusy = behind.count < running.count
    batch.step(promptTokens: limits.promptPiece) {
      behind.contains(ObjectIdentifier($0))
    } deliver: { progress in
      for text in running {
        for part in progress where part.text === text.text { pass(on: part, to: text) }
      }
    }
    return isBusy
  }

  private func pass(on progress: ContinuousBatch.Progress, to text: SubmittedText) {
    if !progress.text.scoresWhatItReads { text.output.write(scores: progress.text.scores) }
    text.output.write(progress.tokens)
    guard progress.failure != nil || progress.text.isFinished else { return }
    let end = progress.failure.map { Result<Void, any Error>.failure($0) } ?? .success(())
    // It may have been given up in the meantime.
    if text.output.end(end) && progress.failure == nil { finished += 1 } else { abandoned += 1 }
    batch.remove(text.text)
    running.removeAll { $0 === text }
  }

  func count(in counts: inout SchedulerCounts) {
    counts.running = running.count
    counts.finished = finished
    counts.abandoned = abandoned
    counts.promptTokens = batch.counts.promptTokens
    counts.sharedPromptTokens = batch.counts.sharedPromptTokens
    counts.tokens = batch.counts.tokens
    counts.keyValueBytes = batch.keyValueBytes
  }
}
