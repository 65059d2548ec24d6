import GPT2Terminal
import GPT2Tokens

/// Prints how far `tokenizer train` is, on standard error, and what came of it.
struct TokenizerPrinter {
  private let output: String
  private let asJSON: Bool
  /// Of the texts: what was skipped, and how far reading is.
  private var reading: TokenizePrinter
  private var progress = ProgressLine()
  private var start = ContinuousClock.now
  private var mergesStart = ContinuousClock.now
  private var lastShown = ContinuousClock.now
  /// How many merges there are to be.
  private var mergeCount = 0

  init(_ list: TextFileList, output: String, asJSON: Bool) {
    self.output = output
    self.asJSON = asJSON
    reading = TokenizePrinter(list, asJSON: asJSON)
  }

  /// Starts the clock.
  mutating func begin(byteCount: Int?) {
    start = .now
    reading.begin(byteCount: byteCount)
  }

  mutating func show(_ done: CorpusProgress) { reading.show(done) }

  mutating func beginMerges(of pieces: CountedPieces, count: Int) {
    reading.clear()
    mergesStart = .now
    mergeCount = count
    Diagnostics.decision(
      "\(pieces.count) different pieces in \(pieces.progress.bytes) bytes, counted in "
        + "\(Numbers.fixed(seconds(since: start), 2)) s; \(count) merges to make")
  }

  mutating func show(merges: Int) {
    let now = ContinuousClock.now
    // Short work says nothing but its result.
    guard now - mergesStart >= .seconds(1), now - lastShown >= .milliseconds(100) else { return }
    lastShown = now
    // The first merges take longest, so that nobody can say how much time is left.
    progress.show(
      Progress(done: Double(merges) / Double(max(1, mergeCount))).saying("merge \(merges) of \(mergeCount)"))
  }

  mutating func clear() {
    reading.clear()
    progress.clear()
  }

  mutating func print(_ trained: TrainedTokenizer, _ pieces: CountedPieces) throws {
    clear()
    reading.noteConversions(pieces.progress.conversions)
    let size = trained.tokenizer.vocabularySize
    let bytesPerToken = Double(pieces.progress.bytes) / Double(max(1, trained.tokens))
    Diagnostics.write("wrote \(output): \(size) tokens, of \(trained.merges.count) merges")
    Diagnostics.write(
      "the text is \(trained.tokens) tokens of \(Numbers.fixed(bytesPerToken, 2)) bytes"
        + (trained.merges.last.map { "; the last pair that was joined occurs \($0.count) times" } ?? ""))
    if asJSON {
      try JSON.print(
        Record(
          files: pieces.progress.files, documents: pieces.progress.documents, bytes: pieces.progress.bytes,
          convertedLineEnds: pieces.progress.conversions.lineEnds, pieces: pieces.count, vocabularySize: size,
          merges: trained.merges.count, lastMergeCount: trained.merges.last?.count, tokens: trained.tokens,
          seconds: seconds(since: start), output: output, skipped: reading.skipped))
    }
  }

  private func seconds(since start: ContinuousClock.Instant) -> Double {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }

  /// The summary as JSON.
  private struct Record: Encodable {
    let files: Int
    let documents: Int
    let bytes: Int
    /// The line ends of Windows that were read as "\n".
    let convertedLineEnds: Int
    /// How many different pieces the text has.
    let pieces: Int
    let vocabularySize: Int
    let merges: Int
    /// How often the last pair that was joined occurred.
    let lastMergeCount: Int?
    /// How many the text becomes, without end-of-text.
    let tokens: Int
    let seconds: Double
    let output: String
    /// What was skipped in folders, by reason.
    let skipped: [String: Int]
  }
}
