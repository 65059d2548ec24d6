import GPT2Kernels
import GPT2Tokens
import GPT2Transformer

/// Texts that are written side by side, of which each may come and go at any token (Yu et al. 2022, "Orca": continuous
/// batching). All of them share one reading of the weights for a token each.
///
/// Each text is the same, bit for bit, as it would be alone, and the same with a draft as without: a row of a pass does
/// not depend on the others, and how a token is read depends on its text alone. For one thread at a time.
final class ContinuousBatch {
  let model: LanguageModel
  let tokenizer: Tokenizer
  let pool: KeyValuePool
  private let pass: InferencePass
  private var drafter: (any Drafter)?
  private let draftCosts: DraftCosts?
  private(set) var texts: [RunningText] = []
  private var readPrompts = ReadPrompts()
  private var promptPages: PromptPages
  private(set) var counts = BatchCounts()

  /// What came of a text in a step.
  struct Progress {
    let text: RunningText
    var tokens: [GeneratedToken] = []
    /// Why it cannot go on. It is not in the batch any more.
    var failure: (any Error)?
  }

  /// - Parameters:
  ///   - tokenizer: Of the model's vocabulary, or of the first tokens of it: others are never written.
  ///   - draft: One for this model.
  ///   - promptBytes: Bytes of prompts' keys and values that are kept for later texts that begin alike.
  init(
    _ model: LanguageModel, _ tokenizer: Tokenizer, draft: Draft?, promptBytes: Int = 0
  ) {
    self.model = model
    self.tokenizer = tokenizer
    pool = KeyValuePool(for: model)
    pass = InferencePass(model.configuration)
    drafter = draft?.drafter()
    draftCosts = draft?.costs
    if draft != nil { counts.drafts = DraftCounts() }
    promptPages = PromptPages(limit: promptBytes / pool.shape.pageBytes)
  }

  var keyValueBytes: Int { pool.byteCount }

  func add(_ text: RunningText) {
    text.draftLength = draftCosts.map { DraftLength($0) }
    texts.append(text)
  }

  func remove(_ text: RunningText) {
    texts.removeAll { $0 === text }
    readPrompts.remove(text)
  }

  /// Goes on with every text that has not ended: reads a piece of the prompts that wait, those that came first first, then
  /// one token of each of the others, or a draft. A text whose prompt has been read to its end has its first token at
  /// once.
  ///
  /// - Parameters:
  ///   - promptTokens: How many tokens of prompts are read at most, so that the others do not wait for long.
  ///   - isPaused: Texts that are left out.
  ///   - deliver: Called with what came of texts as soon as it is there: of prompts before the others go on.
  func step(
    promptTokens: Int = .max, isPaused: (RunningText) -> Bool = { _ in false },
    deliver: ([Progress]) -> Void
  ) {
    let running = texts.filter { !$0.isFinished && !isPaused($0) }
    for text in running { text.state.makeRoom() }
    // Those whose prompt is read have had their token.
    let (waiting, others) = (running.filter(\.state.readsPacked), running.filter { !$0.state.readsPacked })
    handOver(readPrompts(of: waiting, atMost: promptTokens), deliver)
    handOver(write(others), deliver)
  }

  private func handOver(_ progress: [Progress], _ deliver: ([Progress]) -> Void) {
    for part in progress where part.failure != nil { remove(part.text) }
    if !progress.isEmpty { deliver(progress) }
  }

  /// Where there is no memory for all, the one that came last gives its place up.
  private func youngest(of texts: [RunningText], failsBy error: any Error) -> Progress {
    Progress(text: texts[texts.count - 1], failure: error)
  }

  /// The next token by a row of logits.
  private func draw(_ text: RunningText, _ logits: UnsafeBufferPointer<Float>) throws -> Progress {
    text.endIfNothingIsWanted()
    guard !text.isFinished else { return Progress(text: text) }
    let token = try text.draw(logits, tokenizer)
    counts.tokens += 1
    return Progress(text: text, tokens: [token])
  }
}

// Prompts, by packed products.
extension ContinuousBatch {
  /// What is read of one text in one pass.
  private struct Piece {
    let text: RunningText
    let input: LanguageModel.SequenceInput

    init(_ text: RunningText, atMost count: Int) {
      self.text = text
      input = text.state.piece(atMost: count)
    }

    var count: Int { input.tokens.count }
  }

  /// BLAS may sum in another order where there are other rows beside: there a prompt is read as a whole, by itself.
  private var rowsAreAlike: Bool { Linear.packsEachRowAlike(model.precision, on: model.workers) }

  /// Passes over the next tokens of prompts, until so many have been read.
  private func readPrompts(of texts: [RunningText], atMost limit: Int) -> [Progress] {
    var progress: [Progress] = []
    var (waiting, room) = (texts, limit)
    while room > 0 && !waiting.isEmpty {
      let pieces = takePieces(from: &waiting, atMost: room, &progress)
      guard !pieces.isEmpty else { continue }
      room -= pieces.reduce(0) { $0 + $1.count }
      do {
        try model.read(pieces.map(\.input), as: .packed, in: pass)
      } catch {
        return progress + [youngest(of: pieces.map(\.text), failsBy: error)]
      }
      var rows = 0..<0
      for (place, piece) in pieces.enumerated() {
        rows = rows.upperBound..<rows.upperBound + piece.count
        counts.promptTokens += piece.count
        if let end = finish(piece, place, rows) { progress.append(end) }
      }
    }
    return progress
  }

  /// What the next pass reads. Texts that need no reading make progress; those that are not left for a later pass are taken
  /// out of those that wait.
  private func takePieces(
    from waiting: inout [RunningText], atMost limit: Int, _ progress: inout [Progress]
  ) -> [Piece] {
    var (pieces, room): ([Piece], Int) = ([], limit)
    var left: [RunningText] = []
    for text in waiting {
      if text.state.isAtStart && !text.scoresWhatItReads && takeOver(text) {
        progress.append(result(text) { try text.promptLogits.withUnsafeBufferPointer { try draw(text, $0) } })
      } else if room <= 0 || pieces.contains(where: { $0.text.isWorthWaitingFor(by: text) }) {
        left.append(text)
      } else {
        let piece = Piece(text, atMost: rowsAreAlike ? room : .max)
        pieces.append(piece)
        room = rowsAreAlike ? room - piece.count : 0
      }
    }
    waiting = left
    return pieces
  }

  /// Takes over what has been read of the same prompt, or of one that begins alike.
  ///
  /// - Returns: Whether nothing is left to read.
  private func takeOver(_ text: RunningText) -> Bool {
    let prompt = text.state.tokens
    if let same = readPrompts.like(text) {
      text.state.cache.share(prompt.count, of: same.state.cache)
      hasRead(text, same.promptLogits)
      counts.sharedPromptTokens += prompt.count
      return true
    }
    guard rowsAreAlike, text.options.ablation == nil else { return false }
    // At least one token is read, for its logits.
    let pages = promptPages.pages(of: prompt.dropLast())
    let positions = pages.count * KeyValueBlocks.pagePositions
    text.state.cache.share(pages, positions: positions)
    counts.sharedPromptTokens += positions
    return false
  }

  private func hasRead(_ text: RunningText, _ logits: [Float]) {
    text.promptLogits = logits
    readPrompts.add(text)
  }

  /// What follows when a piece has been read: nothing yet, or the first token.
  private func finish(_ piece: Piece, _ place: Int, _ rows: Range<Int>) -> Progress? {
    let text = piece.text
    let progress = result(text) {
      if text.scoresWhatItReads {
        try pass.forEachLogitsBand(of: rows, through: model) { _, logits in
          for row in 0..<logits.rows { try text.score(UnsafeBufferPointer(logits[row])) }
        }
      }
      let (state, prompt) = (text.state, text.request.prompt)
      if state.beginsAtStart && text.options.ablation == nil {
        promptPages.add(state.cache.fullPages, of: prompt.prefix(state.cache.count))
      }
      guard state.unreadCount == 0 else { return Progress(text: text) }
      let logits = pass.logits(of: place)
      if state.beginsAtStart && state.cache.count == prompt.count { hasRead(text, Array(logits)) }
      return try draw(text, logits)
    }
    return text.state.unreadCount == 0 || progress.failure != nil || !progress.tokens.isEmpty ? progress : nil
  }
}

// Tokens, by products of their own.
extension ContinuousBatch {
  /// One pass over a token of each text, or a draft; or over the few tokens of a short prompt.
  private func write(_ texts: [RunningText]) -> [Progress] {
    guard !texts.isEmpty else { return [] }
    let drafts: [[Int32]]
    let inputs: [LanguageModel.SequenceInput?]
    do {
      drafts = try propose(for: texts)
      inputs = zip(texts, drafts).map { text, draft in
        text.scoresWhatItReads ? text.state.scored() : text.state.unread(draft: draft)
      }
      try model.read(inputs.compactMap { $0 }, as: .alone, in: pass)
    } catch {
      return [youngest(of: texts, failsBy: error)]
    }
    var place = 0
    return texts.indices.map { index in
      let text = texts[index]
      guard let input = inputs[index] else {
        // A token could not be drawn before, or the text was resumed with nothing: the logits are there already.
        return result(text) { try text.promptLogits.withUnsafeBufferPointer { try draw(text, $0) } }
      }
      defer { place += 1 }
      return result(text) { try goOn(text, input, drafts[index], place) }
    }
  }

  private func goOn(
    _ text: RunningText, _ input: LanguageModel.SequenceInput, _ draft: [Int32], _ place: Int
  ) throws -> Progress {
    if text.scoresWhatItReads {
      for token in input.tokens.indices { try text.score(pass.logits(of: place, scored: token)) }
    }
    guard input.tokens.count > 1 + draft.count || !text.hasBegun else {
      return Progress(text: text, tokens: try check(text, draft, place))
    }
    counts.promptTokens += input.tokens.count
    return try draw(text, pass.logits(of: place))
  }

  /// What may follow each text; nothing without a draft.
  private func propose(for running: [RunningText]) throws -> [[Int32]] {
    // More rows than these cost more than they save.
    let share = Linear.fewRows / max(1, texts.count { !$0.isFinished }) - 1
    guard drafter != nil, share > 0 else { return running.map { _ in [] } }
    let requests = running.map { text in
      let limit = min(share, text.state.draftRoom, text.options.maximumTokens - text.count - 1)
      return DraftRequest(
        tokens: text.state.tokens, cache: text.state.cache, sampler: text.sampler,
        written: text.written,
        limit: text.hasBegun && text.state.unreadCount == 1 ? text.draftLength?.next(limit: limit) ?? 0 : 0)
    }
    return try drafter?.propose(for: requests) ?? []
  }

  /// The tokens that the last pass makes certain: those of the draft that the text goes on with, and one more.
  private func check(_ text: RunningText, _ draft: [Int32], _ place: Int) throws -> [GeneratedToken] {
    var tokens: [GeneratedToken] = []
    repeat {
      tokens.append(try text.draw(pass.logits(of: place, scored: tokens.count), tokenizer))
    } while !text.isFinished && tokens.count <= draft.count
      && tokens[tokens.count - 1].token == Int(draft[tokens.count - 1])
    text.state.forgetDraft()
    let accepted = zip(tokens, draft).prefix { $0.token == Int($1) }.count
    text.draftLength?.checked(proposed: draft.count, accepted: accepted)
    counts.drafts?.checked(proposed: draft.count, accepted: accepted, tokens: tokens.count)
    counts.tokens += tokens.count
    return tokens
  }

  private func result(_ text: RunningText, _ body: () throws -> Progress) -> Progress {
    do { return try body() } catch { return Progress(text: text, failure: error) }
  }
}
