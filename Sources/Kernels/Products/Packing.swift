/// Copies a factor's lines (rows of the left factor, columns of the right) into panels: all lines of a panel at
/// the first depth, then all at the second, and so on, as the micro-kernel reads them.
enum Packing<Format: PanelFormat> {
  /// Words of a panel's line.
  @inline(__always)
  static func words(depth: Int) -> Int { (depth + Format.depthPerWord - 1) / Format.depthPerWord }

  /// Panels of six rows: (panels, words, 8).
  static func packRows(_ source: Operand, into panels: UnsafeMutablePointer<Float>) {
    if source.transposed {
      packAdjacentRows(source.matrix, into: panels)
    } else {
      packSeparateRows(source.matrix, into: panels)
    }
  }

  /// Panels of columns: (panels, words, width).
  static func packColumns<Row: TileRow>(
    _ source: Operand, into panels: UnsafeMutablePointer<Float>, as _: Row.Type
  ) {
    let words = words(depth: source.rows)
    for first in stride(from: 0, to: source.columns, by: Row.width) {
      let columns = source.columns(first..<min(source.columns, first + Row.width))
      let panel = panels + first * words
      if source.transposed {
        packSeparateColumns(Lines(columns.matrix), into: panel, step: Row.width)
      } else {
        packAdjacentColumns(columns.matrix, into: panel, step: Row.width)
      }
    }
  }

  /// Panels of some depths of a weight's rows, which are the columns.
  static func packColumns<Row: TileRow, Values: StoredValues>(
    _ weight: EncodedMatrix, of _: Values.Type, _ depths: Range<Int>,
    into panels: UnsafeMutablePointer<Float>, as _: Row.Type
  ) {
    let words = words(depth: depths.count)
    for first in stride(from: 0, to: weight.rows, by: Row.width) {
      let band = weight.rows(first..<min(weight.rows, first + Row.width))
      packSeparateColumns(Lines<Values>(band, depths), into: panels + first * words, step: Row.width)
    }
  }

  // MARK: Lines that lie in memory one after the other, each from its first depth to its last: (lines, depth)

  private static func packSeparateRows(_ source: Matrix, into panels: UnsafeMutablePointer<Float>) {
    let words = words(depth: source.columns)
    // Two panels at a time, which the two halves of a vector are for.
    let (lines, step) = (RowPanels.lines, RowPanels.step)
    for first in stride(from: 0, to: source.rows, by: 2 * lines) {
      let panel = panels + first / lines * words * step
      let hasSecond = first + lines < source.rows
      transpose(Lines(source), from: first, order: PanelPair.self) { word, values in
        store(values.lowHalf, to: panel + word * step)
        if hasSecond { store(values.highHalf, to: panel + (words + word) * step) }
      }
    }
  }

  private static func packSeparateColumns<Values: StoredValues>(
    _ source: Lines<Values>, into panel: UnsafeMutablePointer<Float>, step: Int
  ) {
    for first in stride(from: 0, to: source.count, by: 16) {
      transpose(source, from: first, order: InOrder.self) { word, values in
        Vectors.store(values, to: panel + word * step + first, 16)
      }
    }
  }

  /// Calls `body` with each word of sixteen lines; lines that are not there repeat the last.
  @inline(__always)
  private static func transpose<Values: StoredValues, Order: LineOrder>(
    _ source: Lines<Values>, from first: Int, order: Order.Type,
    _ body: (_ word: Int, _ values: Vector) -> Void
  ) {
    let block = 16 * Format.depthPerWord
    let whole = source.depth / block * block
    for start in stride(from: 0, to: whole, by: block) {
      SixteenLines(of: source, from: first, order, depth: start, count: block, words: Format.self)
        .transposed().forEach {
          body(start / Format.depthPerWord + $0, $1)
        }
    }
    let rest = source.depth - whole
    guard rest > 0 else { return }
    SixteenLines(of: source, from: first, order, depth: whole, count: rest, words: Format.self).transposed()
      .forEach {
        if $0 < words(depth: rest) { body(whole / Format.depthPerWord + $0, $1) }
      }
  }

  // MARK: Lines that lie beside each other, all at the first depth before any at the second: (depth, lines)

  private static func packAdjacentRows(_ source: Matrix, into panels: UnsafeMutablePointer<Float>) {
    let words = words(depth: source.rows)
    let (lines, step) = (RowPanels.lines, RowPanels.step)
    for group in stride(from: 0, to: source.columns, by: groupPanels * lines) {
      let end = min(source.columns, group + groupPanels * lines)
      // Two words at a time, which fill a cache line.
      for word in stride(from: 0, to: words, by: 2) {
        for row in 0..<2 * Format.depthPerWord {
          let ahead = word * Format.depthPerWord + row + prefetchDistance
          Prefetch.request(source, row: ahead, columns: group..<end)
        }
        for first in stride(from: group, to: end, by: lines) {
          let panel = panels + (first / lines * words + word) * step
          let lanes = min(16, source.columns - first)
          let values = values(of: source, word: word, from: first, lanes: lanes)
          if word + 1 < words {
            let next = self.values(of: source, word: word + 1, from: first, lanes: lanes)
            Vectors.store(Vector(lowHalf: values.lowHalf, highHalf: next.lowHalf), to: panel, 16)
          } else {
            store(values.lowHalf, to: panel)
          }
        }
      }
    }
  }

  /// Panels that are packed at a time: twelve neighbouring cache lines of each row, since the next row lies on
  /// another page.
  private static var groupPanels: Int { 32 }

  /// Rows ahead of those that are packed: each lies on another page, where the processor does not follow.
  private static var prefetchDistance: Int { 24 }

  private static func packAdjacentColumns(
    _ source: Matrix, into panel: UnsafeMutablePointer<Float>, step: Int
  ) {
    for word in 0..<words(depth: source.rows) {
      for first in stride(from: 0, to: source.columns, by: 16) {
        let values = values(of: source, word: word, from: first, lanes: min(16, source.columns - first))
        Vectors.store(values, to: panel + word * step + first, 16)
      }
    }
  }

  /// A word of up to sixteen lines from line `first` on.
  @inline(__always)
  private static func values(of source: Matrix, word: Int, from first: Int, lanes: Int) -> Vector {
    let depth = word * Format.depthPerWord
    let pointer = source.base + depth * source.stride + first
    let next = depth + 1 < source.rows && Format.depthPerWord > 1
    return Format.words(
      Vectors.load(pointer, lanes), next ? Vectors.load(pointer + source.stride, lanes) : .zero)
  }

  @inline(__always)
  private static func store(_ values: SIMD8<Float>, to pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: values, as: SIMD8<Float>.self)
  }
}
