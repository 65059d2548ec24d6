/// Turns blocks of text into tokens, each document beginning with end-of-text.
struct BlockEncoder: Sendable {
  private let encoder: TextEncoder
  private let endOfText: UInt16
  private let parts: BlockParts

  init(_ encoder: TextEncoder, endOfText: Int, documents: DocumentSeparation) {
    self.encoder = encoder
    self.endOfText = UInt16(endOfText)
    parts = BlockParts(documents)
  }

  func encode(_ block: TextBlock) -> EncodedBlock {
    var result = EncodedBlock(of: block)
    // English takes four to five bytes a token; an array that grows doubles.
    result.tokens.reserveCapacity(block.bytes.count / 3 + 16)
    let ending = parts.forEach(in: block) { text, isBeginning in
      if isBeginning {
        result.tokens.append(endOfText)
        result.documents += 1
      }
      encoder.encode(text, isBeginning: isBeginning, into: &result.tokens)
    }
    result.lines = ending.lines
    result.problem = ending.problem
    return result
  }
}
