/// How a product c (rows, columns) = a (rows, k) · b (k, columns) is cut into bands of c.
///
/// The cut follows from the shape alone, so a result is the same bits on any number of threads.
struct MatmulBands {
  let rows: Int
  let columns: Int
  /// One of the two is the whole; the other the length of a band.
  let bandRows: Int
  let bandColumns: Int

  /// A band of fewer multiplications takes less time than waking another thread to share them.
  private static let smallestWork = 4 << 20
  /// Each band packs the whole of the operand that is not cut, which costs the more the narrower the band is:
  /// 5 % of a core's speed at 256, 10 % at 128, 20 % at 64.
  private static let smallestLength = 128
  private static let mostBands = 32
  /// Bands start at multiples of this, which the products' inner kernels and cache lines divide.
  private static let alignment = 64

  init(rows: Int, columns: Int, k: Int) {
    self.rows = rows
    self.columns = columns
    let length = max(rows, columns)
    let bands = min(Self.mostBands, length / Self.smallestLength, rows * columns * k / Self.smallestWork)
    // An even number, since most machines have an even number of processors.
    let bandLength = Self.length(of: length, in: max(1, bands & ~1))
    bandColumns = columns >= rows ? bandLength : columns
    bandRows = columns >= rows ? rows : bandLength
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
