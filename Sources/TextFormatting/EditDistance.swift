/// How far two words are apart.
package enum EditDistance {
  /// The fewest letters to put in, take out or change that make one word the other (Levenshtein).
  package static func between(_ first: String, _ second: String) -> Int {
    let columns = Array(second)
    // Of the letters of `first` so far: the distance to each beginning of `second`.
    var row = Array(0...columns.count)
    for (index, letter) in first.enumerated() {
      var next = [index + 1]
      for (column, other) in columns.enumerated() {
        next.append(min(row[column] + (letter == other ? 0 : 1), row[column + 1] + 1, next[column] + 1))
      }
      row = next
    }
    return row[columns.count]
  }
}
