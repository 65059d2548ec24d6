/// Puts examples of different lengths side by side into rows of one length.
enum RowPacking {
  /// First fit: each example goes into the first row that has room for it, or into a new one.
  ///
  /// - Parameters:
  ///   - lengths: Of the examples, each 1…`rowLength`.
  ///   - order: The examples, as they come.
  /// - Returns: The examples of each row.
  static func rows(of lengths: [Int], in order: [Int32], rowLength: Int) -> [[Int32]] {
    var rows: [[Int32]] = []
    var room: [Int] = []
    let shortest = lengths.min() ?? 1
    // Rows before this one are full for any example.
    var firstOpen = 0
    for example in order {
      let length = lengths[Int(example)]
      precondition(0 < length && length <= rowLength, "an example longer than a row")
      if let row = room[firstOpen...].firstIndex(where: { $0 >= length }) {
        rows[row].append(example)
        room[row] -= length
      } else {
        rows.append([example])
        room.append(rowLength - length)
      }
      while firstOpen < room.count, room[firstOpen] < shortest { firstOpen += 1 }
    }
    return rows
  }
}
