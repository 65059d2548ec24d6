/// Turns blocks of text into tokens, each document beginning with end-of-text.
struct BlockEncoder: Sendable {
  private let encoder: TextEncoder
  private let endOfText: UInt16
  private let documents: DocumentSeparation

  init(_ encoder: TextEncoder, endOfText: Int, documents: DocumentSeparation) {
    self.encoder = encoder
    self.endOfText = UInt16(endOfText)
    self.documents = documents
  }

  func encode(_ block: TextBlock) -> EncodedBlock {
    var result = EncodedBlock()
    result.byteCount = block.bytes.count
    result.isLastOfInput = block.isLast
    result.conversions = block.conversions
    // English takes four to five bytes a token; an array that grows doubles.
    result.tokens.reserveCapacity(block.bytes.count / 3 + 16)
    block.bytes.withUnsafeBufferPointer { text in
      switch documents {
      case .file:
        if block.isFirst { beginDocument(&result) }
        encoder.encode(text, isBeginning: block.isFirst, into: &result.tokens)
      case .blankLine: encodeSections(text, isFirst: block.isFirst, into: &result)
      case .line: encodeLines(text, isFirst: block.isFirst, into: &result)
      case .jsonLines(let field): encodeObjects(text, JSONLine(field: field), into: &result)
      }
    }
    return result
  }

  private func beginDocument(_ result: inout EncodedBlock) {
    result.tokens.append(endOfText)
    result.documents += 1
  }

  /// No blank line crosses the ends of a block: before a safe cut is no white space.
  private func encodeSections(
    _ text: UnsafeBufferPointer<UInt8>, isFirst: Bool, into result: inout EncodedBlock
  ) {
    let newline = UInt8(ascii: "\n")
    var start = 0
    var position = 0
    var isBeginning = isFirst
    if isFirst { beginDocument(&result) }
    while true {
      while position + 1 < text.count, text[position] != newline || text[position + 1] != newline {
        position += 1
      }
      let isLast = position + 1 >= text.count
      position = isLast ? text.count : position + 2
      let section = UnsafeBufferPointer(rebasing: text[start..<position])
      encoder.encode(section, isBeginning: isBeginning, into: &result.tokens)
      if isLast { return }
      isBeginning = true
      beginDocument(&result)
      start = position
    }
  }

  /// A block that is not the first begins inside a line of which some is in the block before.
  private func encodeLines(
    _ text: UnsafeBufferPointer<UInt8>, isFirst: Bool, into result: inout EncodedBlock
  ) {
    var isInsideLine = !isFirst
    forEachLine(of: text) { line, isEnded in
      let content = isEnded && line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      if !isInsideLine, !content.isEmpty { beginDocument(&result) }
      let line = UnsafeBufferPointer(rebasing: content)
      encoder.encode(line, isBeginning: !isInsideLine, into: &result.tokens)
      isInsideLine = false
      return true
    }
  }

  private func encodeObjects(
    _ text: UnsafeBufferPointer<UInt8>, _ object: JSONLine, into result: inout EncodedBlock
  ) {
    forEachLine(of: text) { line, isEnded in
      do throws(LineProblem) {
        if var document = try object.text(in: line, number: result.lines + 1) {
          beginDocument(&result)
          document.withUTF8 { encoder.encode($0, into: &result.tokens) }
        }
      } catch {
        result.problem = error
        return false
      }
      result.lines += isEnded ? 1 : 0
      return true
    }
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
