/// Turns text into tokens: added tokens are taken out first, and byte pairs are merged in what is between them.
package struct TextEncoder: Sendable {
  let pairs: BytePairEncoder
  let splitter: AddedTokenSplitter?
  /// Whether text at the beginning, and after an added token, gets a space before it unless it has one: `ByteLevel`
  /// with `add_prefix_space` in the package `tokenizers`.
  let addsPrefixSpace: Bool

  /// Appends the tokens of `text` to `tokens`, whose elements can hold every id.
  ///
  /// - Parameter isBeginning: Whether nothing comes before the text.
  func encode<ID: FixedWidthInteger>(
    _ text: UnsafeBufferPointer<UInt8>, isBeginning: Bool = true, into tokens: inout [ID]
  ) {
    guard splitter != nil || addsPrefixSpace else { return pairs.encode(text, into: &tokens) }
    let parts = splitter?.parts(of: text) ?? (text.isEmpty ? [] : [.text(0..<text.count)])
    for (index, part) in parts.enumerated() {
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
