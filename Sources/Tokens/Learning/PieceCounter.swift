import GPT2BinaryFiles
import Synchronization

/// Counts how often each piece of texts occurs, a block at a time on several threads.
///
/// A block ends where a piece ends (see `SafeCut`), so the counts are those of the texts as wholes, for any number of
/// threads and any size of block.
package struct PieceCounter: Sendable {
  private let inputs: [TextInput]
  private let documents: DocumentSeparation
  private let reading: TextReading
  /// As `Corpus` has it.
  private let blockSize: Int

  /// - Parameters:
  ///   - inputs: Read one after the other.
  ///   - documents: What each of them holds; no piece goes on from one document to the next.
  ///   - reading: What becomes of line ends, byte-order marks, and bytes that are no text.
  package init(_ inputs: [TextInput], documents: DocumentSeparation, reading: TextReading) {
    self.init(inputs, documents: documents, reading: reading, blockSize: 1 << 18)
  }

  init(_ inputs: [TextInput], documents: DocumentSeparation, reading: TextReading, blockSize: Int) {
    self.inputs = inputs
    self.documents = documents
    self.reading = reading
    self.blockSize = blockSize
  }

  /// The size of all inputs, or `nil` if it is not known, as that of standard input.
  package var byteCount: Int? { InputReader.size(of: inputs) }

  /// What the texts are called in errors.
  var name: String { inputs.first?.name ?? "the list of texts" }

  /// The tables that no thread is at work on: no more than there are threads.
  private final class Tables: Sendable {
    private let free = Mutex<[PieceCounts]>([])

    func take() -> PieceCounts { free.withLock { $0.popLast() } ?? PieceCounts() }

    func put(back table: PieceCounts) { free.withLock { $0.append(table) } }

    func takeAll() -> [PieceCounts] {
      free.withLock { tables in
        defer { tables = [] }
        return tables
      }
    }
  }

  /// - Parameters:
  ///   - threads: How many count.
  ///   - isInterrupted: Asked often.
  ///   - observe: Called after every block.
  /// - Returns: The counts; `nil` if interrupted.
  /// - Throws: `FileError` if an input cannot be read, is no text, or has a line that is not as it should be, if all are
  ///   empty, or if there is no memory for all different pieces.
  package func count(
    threads: Int = 1, isInterrupted: () -> Bool = { false },
    observing observe: (CorpusProgress) -> Void = { _ in }
  ) throws(FileError) -> CountedPieces? {
    let tables = Tables()
    let parts = BlockParts(documents)
    let map = OrderedMap(threads: threads) { (block: TextBlock) -> (EncodedBlock, isCounted: Bool) in
      let table = tables.take()
      defer { tables.put(back: table) }
      var result = EncodedBlock(of: block)
      let ending = parts.forEach(in: block) { text, isBeginning in
        table.add(text)
        result.documents += isBeginning ? 1 : 0
      }
      result.lines = ending.lines
      result.problem = ending.problem
      return (result, !table.isShortOfMemory)
    }
    var blocks = TextBlocks(
      inputs, documents: documents, reading: reading, blockSize: blockSize, cut: SafeCut())
    var position = InputPosition()
    var progress = CorpusProgress()
    let isComplete = try map.run(
      isInterrupted: isInterrupted,
      next: { () throws(FileError) in try blocks.next(isInterrupted: isInterrupted) },
      consume: { (block) throws(FileError) in
        try position.advance(past: block.0, of: inputs)
        guard block.isCounted else { throw noMemory() }
        progress.add(block.0)
        observe(progress)
      })
    guard isComplete else { return nil }
    return CountedPieces(try joined(tables.takeAll()), progress: progress, name: name)
  }

  private func joined(_ tables: [PieceCounts]) throws(FileError) -> PieceCounts {
    let sorted = tables.sorted { $0.count > $1.count }
    let all = sorted.first ?? PieceCounts()
    for table in sorted.dropFirst() { all.add(table) }
    guard !all.isShortOfMemory else { throw noMemory() }
    guard all.count > 0 else {
      throw FileError(
        name,
        .mismatch(
          found: "that the text is empty", expected: "a text to learn merges from",
          advice: "name a file with some text"))
    }
    return all
  }

  private func noMemory() -> FileError {
    FileError(
      name,
      .mismatch(
        found: "more different pieces than the machine has memory for",
        expected: "pieces that occur again and again, as words do",
        advice: "name a part of the text, or use fewer --threads: each has a table of its own"))
  }
}

/// The pieces of texts, each with its count.
package struct CountedPieces: Sendable {
  let table: PieceCounts
  package let progress: CorpusProgress
  /// What the texts are called in errors.
  let name: String

  init(_ table: PieceCounts, progress: CorpusProgress, name: String) {
    self.table = table
    self.progress = progress
    self.name = name
  }

  /// The number of different pieces.
  package var count: Int { table.count }
}
