import CKernels

/// Sixteen vectors in a row, which `shuffled()` deals out again like two halves of a pack of cards: the first
/// lanes of vectors 0 and 8, the second ones, and so on.
///
/// Each shuffle moves the first bit of a lane's place to the end, so four of them turn sixteen lines of sixteen
/// into the transpose.
struct SixteenLines {
  private typealias Tuple = (
    Vector, Vector, Vector, Vector, Vector, Vector, Vector, Vector, Vector, Vector, Vector, Vector, Vector,
    Vector, Vector, Vector
  )
  private var lines: Tuple

  @inline(__always)
  private init(_ lines: Tuple) { self.lines = lines }

  /// Sixteen words of each line, from its values at `count` depths; lines that are not there repeat the last.
  ///
  /// No closure brings the lines: it would not be inlined, and pass each vector in pieces.
  @inline(__always)
  init<Values: StoredValues, Format: PanelFormat, Order: LineOrder>(
    of lines: Lines<Values>, from first: Int, _: Order.Type, depth: Int, count: Int, words _: Format.Type
  ) {
    @inline(__always)
    func line(_ index: Int) -> Vector {
      let row = min(first + Order.line(index), lines.count - 1)
      let start = lines.base + row * lines.bytes + depth * Values.byteCount
      return Format.words(of: start, Values.self, count: count)
    }
    self.lines = (
      line(0), line(1), line(2), line(3), line(4), line(5), line(6), line(7), line(8), line(9), line(10),
      line(11), line(12), line(13), line(14), line(15)
    )
  }

  @inline(__always)
  func shuffled() -> SixteenLines {
    let v = lines
    return SixteenLines(
      (
        ck_interleave_low(v.0, v.8), ck_interleave_high(v.0, v.8),
        ck_interleave_low(v.1, v.9), ck_interleave_high(v.1, v.9),
        ck_interleave_low(v.2, v.10), ck_interleave_high(v.2, v.10),
        ck_interleave_low(v.3, v.11), ck_interleave_high(v.3, v.11),
        ck_interleave_low(v.4, v.12), ck_interleave_high(v.4, v.12),
        ck_interleave_low(v.5, v.13), ck_interleave_high(v.5, v.13),
        ck_interleave_low(v.6, v.14), ck_interleave_high(v.6, v.14),
        ck_interleave_low(v.7, v.15), ck_interleave_high(v.7, v.15)
      ))
  }

  @inline(__always)
  func transposed() -> SixteenLines { shuffled().shuffled().shuffled().shuffled() }

  @inline(__always)
  func forEach(_ body: (Int, Vector) -> Void) {
    let v = lines
    body(0, v.0)
    body(1, v.1)
    body(2, v.2)
    body(3, v.3)
    body(4, v.4)
    body(5, v.5)
    body(6, v.6)
    body(7, v.7)
    body(8, v.8)
    body(9, v.9)
    body(10, v.10)
    body(11, v.11)
    body(12, v.12)
    body(13, v.13)
    body(14, v.14)
    body(15, v.15)
  }
}

/// Lines of stored values, each from its first depth to its last.
struct Lines<Values: StoredValues> {
  let base: UnsafeRawPointer
  let count: Int
  let depth: Int
  /// From one line to the next.
  let bytes: Int

  /// Some depths of a weight's rows.
  init(_ matrix: EncodedMatrix, _ depths: Range<Int>) {
    base = matrix.base + depths.lowerBound * Values.byteCount
    count = matrix.rows
    depth = depths.count
    bytes = matrix.rowBytes
  }
}

extension Lines<Float32Values> {
  init(_ matrix: Matrix) {
    base = UnsafeRawPointer(matrix.base)
    count = matrix.rows
    depth = matrix.columns
    bytes = matrix.stride * MemoryLayout<Float>.stride
  }
}

/// Which line each of the sixteen that are transposed at a time is.
protocol LineOrder {
  static func line(_ index: Int) -> Int
}

enum InOrder: LineOrder {
  @inline(__always) static func line(_ index: Int) -> Int { index }
}

/// Two panels of six rows, each with its last row twice more.
enum PanelPair: LineOrder {
  @inline(__always)
  static func line(_ index: Int) -> Int { index < 8 ? min(index, 5) : 6 + min(index - 8, 5) }
}

enum Transposition {
  /// Copies the transpose.
  static func copy(
    _ source: Matrix,  // (rows, columns)
    into target: Matrix  // (columns, rows)
  ) {
    precondition(source.rows == target.columns && source.columns == target.rows, "shapes disagree")
    for row in stride(from: 0, to: source.rows, by: 16) {
      let rows = min(16, source.rows - row)
      for column in stride(from: 0, to: source.columns, by: 16) {
        let columns = min(16, source.columns - column)
        let lines = SixteenLines(
          of: Lines(source), from: row, InOrder.self, depth: column, count: columns,
          words: SinglePrecision.self)
        lines.transposed().forEach { index, values in
          guard index < columns else { return }
          Vectors.store(values, to: target.base + (column + index) * target.stride + row, rows)
        }
      }
    }
  }
}
