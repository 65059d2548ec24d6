/// The loops around the micro-kernel: every tile of c from packed panels of both factors.
enum PackedTiles<Row: TileRow, Format: PanelFormat> {
  private typealias Kernel = MicroKernel<Row, Format>

  /// c = scale · a · b plus what the output adds.
  ///
  /// - Parameters:
  ///   - a: (panels, aWords, 8), of which the first `words` words of each panel are used.
  ///   - b: (panels, words, width).
  ///   - next: What will be packed next: its cache lines are asked for in the meantime.
  static func multiply(
    _ a: UnsafePointer<Float>, aWords: Int, _ b: UnsafePointer<Float>, words: Int, rows: Int, columns: Int,
    into output: TileOutput, prefetching next: Matrix? = nil
  ) {
    let tiles = (rows + Kernel.rows - 1) / Kernel.rows * ((columns + Kernel.columns - 1) / Kernel.columns)
    var prefetch = next.map { Prefetch($0) }
    let linesPerTile = prefetch.map { ($0.lines + tiles - 1) / tiles } ?? 0
    for column in stride(from: 0, to: columns, by: Kernel.columns) {
      for row in stride(from: 0, to: rows, by: Kernel.rows) {
        prefetch?.request(linesPerTile)
        let tile = output.from(row: row, column: column)
        let aPanel = a + row / Kernel.rows * aWords * RowPanels.step
        let bPanel = b + column * words
        if row + Kernel.rows <= rows && column + Kernel.columns <= columns {
          Kernel.run(aPanel, bPanel, words: words, into: tile)
        } else {
          edge(
            aPanel, bPanel, words: words, rows: min(Kernel.rows, rows - row),
            columns: min(Kernel.columns, columns - column), into: tile)
        }
      }
    }
  }

  /// A tile of which only a corner is wanted: computed whole, and the corner copied.
  @inline(never)
  private static func edge(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, words: Int, rows: Int, columns: Int,
    into output: TileOutput
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: Kernel.rows * Kernel.columns) { scratch in
      guard let tile = scratch.baseAddress else { return }
      Kernel.run(a, b, words: words, into: TileOutput(c: tile, stride: Kernel.columns, scale: output.scale))
      for row in 0..<rows {
        let source = tile + row * Kernel.columns
        let target = output.c + row * output.stride
        Vectors.forEach(columns) { start, lanes in
          var values = Vectors.load(source + start, lanes)
          if let bias = output.bias { values += Vectors.load(bias + start, lanes) }
          if let addend = output.addend {
            values += Vectors.load(addend + row * output.addendStride + start, lanes)
          }
          Vectors.store(values, to: target + start, lanes)
        }
      }
    }
  }
}
