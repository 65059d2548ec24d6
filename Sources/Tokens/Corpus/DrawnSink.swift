import GPT2BinaryFiles
import GPT2RandomNumbers

/// Whole documents, drawn at random, in one file for validation, and all others in a second.
///
/// Drawn are as many as it takes for `TokenLayout.defaultValidationCount` tokens, or the number that was given, but never
/// more than a quarter of all tokens, unless more were asked for. Where no documents are that short, as with a single
/// one, the last tokens are cut off instead.
///
/// Documents wait in a reservoir until the end of the text, so the memory is bounded; those that cannot be drawn any more
/// are written. As long as all wait, training has them in the order of the text.
final class DrawnSink: TokenSink {
  private(set) var count = 0
  private(set) var draw: ValidationDraw?
  private let givenCount: Int?
  private let seed: UInt32
  private let endOfText: UInt16
  private var generator: MersenneTwister
  private var reservoir: DocumentReservoir
  /// The documents begun.
  private var documents = 0
  /// What there is of the document that comes.
  private var document: [UInt16] = []
  /// Whether that one is too long to be drawn, and is written as it comes.
  private var isLong = false
  private let validation: TokenFileWriter
  private var training: TailedWriter

  /// - Parameters:
  ///   - endOfText: What begins each document.
  ///   - capacity: How many tokens wait at most, or half of that: 1,048,576, or more if more are asked for.
  /// - Throws: `FileError` if a file exists and may not be replaced, or cannot be created.
  init(
    prefix: String, validationCount: Int?, seed: UInt32, endOfText: Int, vocabularySize: Int?,
    replacing: Bool,
    capacity: Int = 1 << 20
  ) throws(FileError) {
    givenCount = validationCount
    self.seed = seed
    self.endOfText = UInt16(endOfText)
    generator = MersenneTwister(seed: seed)
    // Neither has tokens before there are some, so a number of validation tokens beyond all need not be refused yet.
    let (double, overflows) = (validationCount ?? 0).multipliedReportingOverflow(by: 2)
    reservoir = DocumentReservoir(capacity: overflows ? .max / 4 : max(capacity, double))
    validation = try TokenFileWriter(
      to: TokenLayout.validation(prefix), vocabularySize: vocabularySize, replacing: replacing)
    let writer = try TokenFileWriter(
      to: TokenLayout.training(prefix), vocabularySize: vocabularySize, replacing: replacing)
    training = TailedWriter(
      writer, tail: max(0, validationCount ?? TokenLayout.defaultValidationCount(of: .max)))
  }

  func append(_ tokens: ArraySlice<UInt16>) throws(FileError) {
    count += tokens.count
    var rest = tokens
    while let first = rest.first {
      if first == endOfText {
        try endDocument()
        documents += 1
      }
      let end = rest.dropFirst().firstIndex(of: endOfText) ?? rest.endIndex
      try extendDocument(rest[..<end])
      rest = rest[end...]
    }
  }

  private func extendDocument(_ tokens: ArraySlice<UInt16>) throws(FileError) {
    if isLong { return try training.append(tokens) }
    document.append(contentsOf: tokens)
    guard document.count > reservoir.capacity / 4 else { return }
    isLong = true
    try training.append(document[...])
    document = []
  }

  private func endDocument() throws(FileError) {
    guard documents > 0 else { return }
    let key = generator.nextUInt32()
    if !isLong {
      let leaving = reservoir.insert(
        DocumentReservoir.Document(key: key, index: documents - 1, tokens: document))
      for document in leaving { try training.append(document.tokens[...]) }
    }
    isLong = false
    document = []
  }

  func finish(source: String) throws(FileError) -> [TokenFileWriter] {
    try endDocument()
    let goal = givenCount ?? TokenLayout.defaultValidationCount(of: count)
    try TokenLayout.check(count, validationCount: goal, isGiven: givenCount != nil, source)
    let (drawn, others) = reservoir.draw(goal: goal, limit: max(goal, count / 4))
    let drawnCount = drawn.reduce(0) { $0 + $1.tokens.count }
    // A few words would tell nothing about a long text.
    let isEnough = drawnCount >= 2 && drawnCount >= goal - drawnCount && drawnCount <= count - 2
    let inTraining = isEnough ? others : (drawn + others).sorted { $0.index < $1.index }
    for document in inTraining { try training.append(document.tokens[...]) }
    if isEnough {
      for document in drawn { try validation.append(document.tokens[...]) }
      _ = try training.end(cutting: 0)
    } else {
      try validation.append(try training.end(cutting: goal))
    }
    draw = ValidationDraw(
      drawn: isEnough ? drawn.count : 0, documents: documents, seed: seed,
      share: Double(isEnough ? drawnCount : goal) / Double(count))
    let writers = [validation, training.writer]
    for writer in writers { try writer.finish() }
    return writers
  }
}

/// Writes tokens, but holds the last of them until it is known where they go.
private struct TailedWriter {
  let writer: TokenFileWriter
  private let tail: Int
  private var held: [UInt16] = []

  init(_ writer: TokenFileWriter, tail: Int) {
    self.writer = writer
    self.tail = tail
  }

  mutating func append(_ tokens: ArraySlice<UInt16>) throws(FileError) {
    held.append(contentsOf: tokens)
    // Seldom, since what stays is moved.
    guard held.count / 2 > tail else { return }
    try writer.append(held.dropLast(tail))
    held.removeFirst(held.count - tail)
  }

  /// Writes all that is held but the last `count` tokens, at most `tail`, which it returns.
  mutating func end(cutting count: Int) throws(FileError) -> ArraySlice<UInt16> {
    try writer.append(held.dropLast(count))
    return held.suffix(count)
  }
}
