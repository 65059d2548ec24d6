/// Columns of text for people, each as wide as its widest entry.
struct TextTable {
  private var rows: [[String]]

  init(_ titles: String...) { rows = [titles] }

  mutating func append(_ row: [String]) { rows.append(row) }

  /// Each line indented by two spaces.
  var text: String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }
      return "  " + cells.joined(separator: "  ") + "\n"
    }.joined()
  }
}
