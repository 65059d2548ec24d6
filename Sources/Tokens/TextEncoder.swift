/// Turns text into tokens: added tokens are taken out first, and byte pairs are merged in what is between them.
package struct TextEncoder: Sendable {
  let pairs: BytePairEncoder
  let splitter: AddedTokenSplitter?
  /// Whether text at the beginning, and after an added token, gets a space before it unless it has one: `ByteLevel`
  /// with `add_prefix_space` in the package `tokenizers`.
  let addsPrefixSpace: Bool

  /// The first byte, and its place in `text`, that must be merged and for which there is no token.
  func missingByte(in text: UnsafeBufferPointer<UInt8>) -> (position: Int, byte: UInt8)? {
    guard !pairs.missingBytes.isEmpty else { return nil }
    for part in parts(of: text) {
      guard case .text(let range) = part else { continue }
      let space = UInt8(ascii: " ")
      if addsPrefixSpace, pairs.missingBytes.contains(space) { return (range.lowerBound, space) }
      let position = text[range].firstIndex { pairs.missingBytes.contains($0) }
      if let position { return (position, text[position]) }
    }
    return nil
  }

  private func parts(of text: UnsafeBufferPointer<UInt8>) -> [AddedTokenSplitter.Part] {
    splitter?.parts(of: text) ?? (text.isEmpty ? [] : [.text(0..<text.count)])
  }

  /// Appends the tokens of `text`, in which no byte is missing, to `tokens`, whose elements can hold every id.
  ///
  /// - Parameter isBeginning: Whether nothing comes before the text.
  func encode<ID: FixedWidthInteger>(
    _ text: UnsafeBufferPointer<UInt8>, isBeginning: Bool = true, into tokens: inout [ID]
  ) {
    guard splitter != nil || addsPrefixSpace else { return pairs.encode(text, into: &tokens) }
    for (index, part) in parts(of: text).enumerated() {
      switch part {
      case .token(let id): tokens.append(ID(truncatingIfNeeded: id))
      case .text(let range):
        let piece = UnsafeBufferPointer(rebasing: text[range])
        if addsPrefixSpace && (isBeginning || index > 0) && piece.first != UInt8(ascii: " ") {
          ([UInt8(ascii: " ")] + piece).withUnsafeBufferPointer { pairs.encode($0, into: &tokens) }
        } else {
          pairs.encode(piece, into: &tokens)
        }
      }
    }
  }
}
