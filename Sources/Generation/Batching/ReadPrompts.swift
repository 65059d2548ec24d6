/// The texts of a batch that have read their prompt, found by it: a search among all texts, for each of them, would make
/// a batch of many thousands wait for minutes.
struct ReadPrompts {
  private var texts: [[Int32]: [RunningText]] = [:]

  /// - Precondition: The logits behind its prompt are there.
  mutating func add(_ text: RunningText) { texts[text.request.prompt, default: []].append(text) }

  mutating func remove(_ text: RunningText) {
    let prompt = text.request.prompt
    texts[prompt]?.removeAll { $0 === text }
    if texts[prompt]?.isEmpty == true { texts[prompt] = nil }
  }

  /// One that still has all keys and values of the same prompt, read in the same way.
  func like(_ text: RunningText) -> RunningText? {
    let count = text.state.tokens.count
    return texts[text.request.prompt]?.first { other in
      other.state.beginsAtStart && other.state.cache.count >= count
        && other.options.ablation == text.options.ablation
    }
  }
}
