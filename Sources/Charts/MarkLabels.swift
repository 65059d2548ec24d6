/// The names beside the lines that mark places: each in the first row from the top where no other is in its way.
struct MarkLabels {
  let elements: [Element]

  private static let rowHeight = 15.0

  init(_ marks: [LineChart.Mark], in frame: PlotFrame) {
    var rows: [[ClosedRange<Double>]] = []
    elements = marks.sorted { $0.x < $1.x }.compactMap { mark in
      guard let place = frame.x.position(mark.x) else { return nil }
      let isLeft = place > (frame.left + frame.right) / 2
      let (start, width) = (place + (isLeft ? -5 : 5), TextMetrics.width(mark.label) + 6)
      let range = isLeft ? start - width...start : start...start + width
      let isFree = { (row: [ClosedRange<Double>]) in !row.contains { $0.overlaps(range) } }
      let row = rows.firstIndex(where: isFree) ?? rows.count
      if row == rows.count { rows.append([]) }
      rows[row].append(range)
      return Element(
        "text",
        [
          "x": start, "y": frame.top + 10 + Double(row) * Self.rowHeight, "class": "quiet named",
          "text-anchor": isLeft ? "end" : "start",
        ], text: mark.label)
    }
  }
}
