import GPT2Charts

/// A text with a ground of its own colour behind each token.
struct TokenDrawing: Chart {
  private static let columns = 48
  private static let advance = 8.43
  private static let lineHeight = 24.0

  private struct Cell {
    let text: String
    let token: Int
    let row: Int
    let column: Int
    let columns: Int
  }

  private let cells: [Cell]
  private let tokenCount: Int
  let size: ChartSize

  /// - Parameter tokens: Each with its bytes.
  init(_ tokens: [(id: Int, bytes: [UInt8])]) {
    var cells: [Cell] = []
    var (row, column) = (0, 0)
    for token in tokens {
      var rest = Array(Self.shown(token.bytes))[...]
      while !rest.isEmpty {
        if column >= Self.columns { (row, column) = (row + 1, 0) }
        let isLineEnd = rest.first == Self.lineEnd
        let line =
          isLineEnd ? rest.prefix(1) : rest.prefix { $0 != Self.lineEnd }.prefix(Self.columns - column)
        cells.append(
          Cell(text: String(line), token: token.id, row: row, column: column, columns: line.count))
        column += line.count
        rest = rest.dropFirst(line.count)
        if isLineEnd { (row, column) = (row + 1, 0) }
      }
    }
    self.cells = cells
    tokenCount = tokens.count
    let rows = (cells.last?.row ?? 0) + 1
    size = ChartSize(
      width: Double(Self.columns) * Self.advance + 12, height: Double(rows) * Self.lineHeight + 8)
  }

  private static let lineEnd: Character = "\u{23CE}"

  /// As text: a line's end as a sign for it, and bytes that are no character by their numbers.
  static func shown(_ bytes: [UInt8]) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      return bytes.map { "⟨" + ($0 < 16 ? "0" : "") + String($0, radix: 16) + "⟩" }.joined()
    }
    return String(text.map { $0.isNewline ? lineEnd : $0 })
  }

  var svg: Element {
    let summary = "The beginning of the text, cut into \(tokenCount) tokens"
    return Element(
      "svg",
      [
        "class": "chart", "role": "img", "aria-label": summary,
        "viewBox": "0 0 \(NumberText.fixed(size.width, 0)) \(NumberText.fixed(size.height, 0))",
        "style": "font:14px ui-monospace,monospace",
      ], cells.map(drawn))
  }

  private func drawn(_ cell: Cell) -> Element {
    let (x, y) = (6 + Double(cell.column) * Self.advance, 4 + Double(cell.row) * Self.lineHeight)
    let width = Double(cell.columns) * Self.advance
    let ground = Element(
      "rect",
      [
        "x": x + 0.5, "y": y, "width": max(1, width - 1), "height": Self.lineHeight - 3,
        "style": "fill:\(Palette.series(cell.token));fill-opacity:.28",
      ])
    let text = Element(
      "text",
      [
        "x": x, "y": y + 16, "textLength": width, "lengthAdjust": "spacingAndGlyphs",
      ],
      // Spaces at the ends of a text would be left out.
      text: cell.text.replacing(" ", with: "\u{A0}"))
    return Element("g", [:], cell.text.allSatisfy { $0 == " " } ? [ground] : [ground, text])
  }
}
