/// What somebody may have meant by a word that is not known.
package enum NearMiss {
  /// The known words that the word is a beginning of, or else those the fewest letters away, if these are few for its
  /// length; in the order in which they are known.
  package static func words(for word: String, among known: [String]) -> [String] {
    guard !word.isEmpty else { return [] }
    let longer = known.filter { $0.hasPrefix(word) }
    if word.count > 2, !longer.isEmpty { return longer }
    let distances = known.map { EditDistance.between(word.lowercased(), $0.lowercased()) }
    guard let least = distances.min(), least <= limit(word) else { return [] }
    return zip(known, distances).filter { $0.1 == least }.map(\.0)
  }

  /// " Did you mean 'train'?"; nothing if no word is near.
  package static func question(for word: String, among known: [String], as form: (String) -> String = { $0 })
    -> String
  {
    let near = words(for: word, among: known).prefix(3).map { "'\(form($0))'" }
    guard let last = near.last else { return "" }
    let list = near.count > 1 ? near.dropLast().joined(separator: ", ") + " or " + last : last
    return " Did you mean \(list)?"
  }

  /// Letters that may differ: of a short word nearly every other one is only a few away.
  private static func limit(_ word: String) -> Int {
    word.count < 3 ? 0 : word.count < 7 ? (word.count < 4 ? 1 : 2) : word.count / 3
  }
}
