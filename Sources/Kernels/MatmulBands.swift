/// How a product c (rows, columns) = a (rows, depth) · b (depth, columns) is cut into bands of c.
///
/// The cut follows from the shape alone, so a result is the same bits on any number of threads.
struct MatmulBands {
  let rows: Int
  let columns: Int
  /// One of the two is the whole; the other the length of a band.
  let bandRows: Int
  let bandColumns: Int

  /// A band shorter than this costs about as much to hand to another thread as to compute.
  private static let smallestWork = 8 << 20
  /// Each band packs the whole of the operand that is not cut: more bands balance better and pack more.
  private static let mostBands = 16
  /// Bands start at multiples of this, which the products' inner kernels and cache lines divide.
  private static let alignment = 64

  init(rows: Int, columns: Int, depth: Int) {
    self.rows = rows
    self.columns = columns
    let bands = min(Self.mostBands, max(1, rows * columns * depth / Self.smallestWork))
    bandColumns = columns >= rows ? Self.length(of: columns, in: bands) : columns
    bandRows = columns >= rows ? rows : Self.length(of: rows, in: bands)
  }

  private static func length(of count: Int, in bands: Int) -> Int {
    let exact = (count + bands - 1) / bands
    return max(1, min(count, (exact + alignment - 1) / alignment * alignment))
  }

  func run(on workers: Workers, _ body: (_ rows: Range<Int>, _ columns: Range<Int>) -> Void) {
    if bandColumns < columns {
      workers.run(over: columns, inRangesOf: bandColumns) { body(0..<rows, $0) }
    } else {
      workers.run(over: rows, inRangesOf: bandRows) { body($0, 0..<columns) }
    }
  }
}
