/// The pieces that GPT-2's pattern cuts a text into: byte pairs are merged inside them, never across.
package enum TextPieces {
  /// - Parameter text: UTF-8; a byte that is part of no character counts as a symbol.
  /// - Returns: Where each piece lies, in order and without gaps.
  package static func ranges(of text: [UInt8]) -> [Range<Int>] {
    text.withUnsafeBufferPointer { bytes in
      let splitter = PieceSplitter(bytes)
      var ranges: [Range<Int>] = []
      var start = 0
      while start < bytes.count {
        let end = splitter.end(ofPieceAt: start)
        ranges.append(start..<end)
        start = end
      }
      return ranges
    }
  }
}
