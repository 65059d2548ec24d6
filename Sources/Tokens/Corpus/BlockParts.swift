/// Divides a block of text into its documents, or what of them is in the block.
struct BlockParts: Sendable {
  /// How a block's last line ended the division.
  struct Ending {
    /// The number of line ends, where lines are counted.
    var lines = 0
    /// What is wrong with a line, counted from 1 at the beginning of the block.
    var problem: LineProblem?
  }

  private let documents: DocumentSeparation

  init(_ documents: DocumentSeparation) { self.documents = documents }

  /// Calls `body` with each part in order, and whether a document begins with it.
  func forEach(
    in block: TextBlock, _ body: (_ text: UnsafeBufferPointer<UInt8>, _ isBeginning: Bool) -> Void
  ) -> Ending {
    block.bytes.withUnsafeBufferPointer { text in
      switch documents {
      case .file: body(text, block.isFirst)
      case .blankLine: forEachSection(of: text, isFirst: block.isFirst, body)
      case .line: forEachDocument(onLinesOf: text, isFirst: block.isFirst, body)
      case .jsonLines(let field): return forEachObject(in: text, JSONLine(field: field), body)
      }
      return Ending()
    }
  }

  /// No blank line crosses the ends of a block: before a safe cut is no white space.
  private func forEachSection(
    of text: UnsafeBufferPointer<UInt8>, isFirst: Bool, _ body: (UnsafeBufferPointer<UInt8>, Bool) -> Void
  ) {
    let newline = UInt8(ascii: "\n")
    var start = 0
    var position = 0
    var isBeginning = isFirst
    while true {
      while position + 1 < text.count, text[position] != newline || text[position + 1] != newline {
        position += 1
      }
      let isLast = position + 1 >= text.count
      position = isLast ? text.count : position + 2
      body(UnsafeBufferPointer(rebasing: text[start..<position]), isBeginning)
      if isLast { return }
      isBeginning = true
      start = position
    }
  }

  /// A block that is not the first begins inside a line of which some is in the block before.
  private func forEachDocument(
    onLinesOf text: UnsafeBufferPointer<UInt8>, isFirst: Bool,
    _ body: (UnsafeBufferPointer<UInt8>, Bool) -> Void
  ) {
    var isInsideLine = !isFirst
    forEachLine(of: text) { line, isEnded in
      let content = isEnded && line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      if !content.isEmpty { body(UnsafeBufferPointer(rebasing: content), !isInsideLine) }
      isInsideLine = false
      return true
    }
  }

  private func forEachObject(
    in text: UnsafeBufferPointer<UInt8>, _ object: JSONLine,
    _ body: (UnsafeBufferPointer<UInt8>, Bool) -> Void
  ) -> Ending {
    var ending = Ending()
    forEachLine(of: text) { line, isEnded in
      do throws(LineProblem) {
        if var document = try object.text(in: line, number: ending.lines + 1) {
          document.withUTF8 { body($0, true) }
        }
      } catch {
        ending.problem = error
        return false
      }
      ending.lines += isEnded ? 1 : 0
      return true
    }
    return ending
  }

  /// Calls `body` with every line, without its "\n", and whether it has one, until `body` says false.
  private func forEachLine(
    of text: UnsafeBufferPointer<UInt8>, _ body: (Slice<UnsafeBufferPointer<UInt8>>, _ isEnded: Bool) -> Bool
  ) {
    var rest = text[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: UInt8(ascii: "\n"))
      guard body(rest[..<(end ?? rest.endIndex)], end != nil) else { return }
      rest = rest[(end.map { $0 + 1 } ?? rest.endIndex)...]
    }
  }
}
