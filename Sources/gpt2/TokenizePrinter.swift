import GPT2Terminal
import GPT2Tokens

/// Prints how far `tokenize` is, on standard error, and what it wrote.
struct TokenizePrinter {
  private let list: TextFileList
  private let asJSON: Bool
  private var progress = ProgressLine()
  private var start = ContinuousClock.now
  private var lastShown = ContinuousClock.now
  /// The size of all inputs, if it is known.
  private var byteCount: Int?

  init(_ list: TextFileList, asJSON: Bool) {
    self.list = list
    self.asJSON = asJSON
  }

  /// Starts the clock.
  mutating func begin(byteCount: Int?) {
    self.byteCount = byteCount
    start = .now
    lastShown = start
    guard !list.skipped.isEmpty else { return }
    let counts = skippedCounts.map { "\($0.count) \($0.reason.rawValue)" }
    Diagnostics.write("skipped \(list.skipped.count) files or folders: " + counts.joined(separator: ", "))
    for reason in [
      SkippedFile.Reason.binary, .otherEncoding, .pointer, .special, .danglingLink,
    ] {
      let paths = list.skipped.filter { $0.reason == reason }.map(\.path)
      guard !paths.isEmpty else { continue }
      let names = paths.prefix(3).joined(separator: ", ") + (paths.count > 3 ? ", …" : "")
      Diagnostics.write("  \(reason.rawValue): \(names)")
    }
  }

  /// A file's header counts up to 2³¹ − 1 tokens, of four to five bytes each in English.
  func warnOfSize() {
    guard let byteCount, byteCount / 4 > Int32.max else { return }
    Diagnostics.write(
      "this may be more than the \(Int32.max) tokens that one file can count, which would show at the end; "
        + "--shard-tokens 100000000 avoids that")
  }

  /// "0:12 left | 12.3 % | 45.6 MB/s | 78.9M tokens"
  mutating func show(_ done: CorpusProgress) {
    let now = ContinuousClock.now
    // Short work says nothing but its result.
    guard now - start >= .seconds(1), now - lastShown >= .milliseconds(100) else { return }
    lastShown = now
    let speed = Double(done.bytes) / seconds
    var row = Progress().saying("\(Numbers.fixed(Double(done.bytes) / 1e6, 1)) MB")
    if let byteCount, byteCount > 0 {
      let share = Double(done.bytes) / Double(byteCount)
      row = Progress(done: share, secondsLeft: Double(max(0, byteCount - done.bytes)) / speed)
        .saying("\(Numbers.fixed(share * 100, 1)) %")
    }
    row = row.saying("\(Numbers.fixed(speed / 1e6, 1)) MB/s", .middle)
    // While a tokenizer is trained there are none yet.
    if done.tokens > 0 { row = row.saying("\(Numbers.short(Double(done.tokens))) tokens", .high) }
    progress.show(row)
  }

  mutating func clear() { progress.clear() }

  mutating func print(_ summary: CorpusSummary, isText: Bool) throws {
    clear()
    for file in summary.files.files { Diagnostics.write("wrote \(file.path): \(file.tokens) tokens") }
    if let draw = summary.files.draw { Diagnostics.write(draw.description) }
    noteConversions(summary.progress.conversions)
    noteShortShard(summary.files)
    for path in summary.files.strayShards {
      Diagnostics.write("\(path) is from an earlier time; remove it, or training will take it as well")
    }
    if asJSON { try JSON.print(TokenizeRecord(summary, skippedCounts, seconds, isText: isText)) }
  }

  func noteConversions(_ done: TextConversions) {
    for note in done.notes { Diagnostics.write(note + "; --raw takes the bytes as they are") }
  }

  /// Training reads rows of tokens and passes over none, so a shard of less than one would be refused.
  private func noteShortShard(_ written: TokenFiles) {
    guard written.files.count > 2, let last = written.files.last, last.tokens <= 1024 else { return }
    Diagnostics.write("\(last.path) is shorter than GPT-2's 1,024 positions; training may have to omit it")
  }

  private var seconds: Double {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }

  /// The same for JSON.
  var skipped: [String: Int] {
    Dictionary(uniqueKeysWithValues: skippedCounts.map { ($0.reason.rawValue, $0.count) })
  }

  /// How many were skipped for each reason.
  private var skippedCounts: [(reason: SkippedFile.Reason, count: Int)] {
    SkippedFile.Reason.allCases.map { reason in (reason, list.skipped.count { $0.reason == reason }) }
      .filter { $0.count > 0 }
  }
}

extension ValidationDraw {
  fileprivate var description: String {
    let part = "\(Numbers.fixed(share * 100, 1)) % of all tokens"
    guard drawn > 0 else {
      let which =
        documents == 1 ? "there is only one document" : "no document is short enough to be set aside whole"
      return "validation: \(which), so the last tokens are cut off, \(part)"
    }
    return "validation: \(drawn) of \(documents) documents, drawn by seed \(seed), \(part)"
  }
}

extension TextConversions {
  /// What was changed, for those who did not expect it.
  var notes: [String] {
    [
      (lineEnds, "\(lineEnds) line ends of Windows (\\r\\n or \\r) were read as \\n"),
      (fromUTF16, "\(fromUTF16 == 1 ? "1 text was" : "\(fromUTF16) texts were") converted from UTF-16"),
      (marks, "the byte-order mark of \(marks == 1 ? "1 text" : "\(marks) texts") was left out"),
    ].filter { $0.0 > 0 }.map(\.1)
  }
}

/// The summary as JSON.
private struct TokenizeRecord: Encodable {
  struct Output: Encodable {
    let path: String
    let tokens: Int
  }

  let files: Int
  /// `nil` where the inputs were tokens already.
  let documents: Int?
  /// Those of them that are for validation, if documents were drawn.
  let validationDocuments: Int?
  let bytes: Int
  /// The line ends of Windows that were read as "\n".
  let convertedLineEnds: Int?
  let tokens: Int
  let seconds: Double
  let outputs: [Output]
  /// What was skipped in folders, by reason.
  let skipped: [String: Int]

  init(
    _ summary: CorpusSummary, _ skipped: [(reason: SkippedFile.Reason, count: Int)], _ seconds: Double,
    isText: Bool
  ) {
    files = summary.progress.files
    validationDocuments = summary.files.draw?.drawn
    documents = isText ? summary.progress.documents : nil
    bytes = summary.progress.bytes
    convertedLineEnds = isText ? summary.progress.conversions.lineEnds : nil
    tokens = summary.progress.tokens
    self.seconds = seconds
    outputs = summary.files.files.map { Output(path: $0.path, tokens: $0.tokens) }
    self.skipped = Dictionary(uniqueKeysWithValues: skipped.map { ($0.reason.rawValue, $0.count) })
  }
}
