/// How a long text is cut for a model that sees T tokens: as in Hugging Face's guide "Perplexity of fixed-length
/// models".
///
/// Window k begins S tokens after window k − 1 and reaches T tokens on, or to the end of the text. Of its targets
/// those are scored that no window before has scored: all T of the first, then S at a time, and what is left of
/// the last. So each is scored once, and but for those of the first window with more than T − S tokens before it.
package struct Windows: Sequence, Sendable {
  package struct Window: Equatable, Sendable {
    /// The tokens to load: what the model sees, and the one after.
    package let tokens: Range<Int>
    /// How many of them, at the end, are scored.
    package let count: Int
  }

  /// The tokens to be scored: all of the text but the first, which has nothing before it.
  package let targets: Int
  /// T, the most tokens that the model sees at a time.
  package let length: Int
  /// S, from one window's beginning to the next; T if they do not overlap.
  package let stride: Int

  /// - Precondition: 1 ≤ S ≤ T, and there is a target.
  package init(targets: Int, length: Int, stride: Int) {
    precondition(targets > 0 && stride > 0 && stride <= length, "windows that miss tokens")
    self.targets = targets
    self.length = length
    self.stride = stride
  }

  package func makeIterator() -> AnyIterator<Window> {
    var (start, scored) = (0, 0)
    return AnyIterator {
      guard scored < targets else { return nil }
      // Not start + T, which may overflow.
      let end = start + Swift.min(length, targets - start)
      defer { (start, scored) = (start + stride, end) }
      return Window(tokens: start..<end + 1, count: end - scored)
    }
  }
}
