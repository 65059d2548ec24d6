/// A row of the register tile: some vectors of a panel of columns, side by side.
///
/// The micro-kernel is one text for every target; what differs is how many vectors a row has. With 32 registers
/// of 16 floats (AVX-512), six rows of four fill 24 and leave room for a row of the other factor: `WideRow`.
/// With 16 registers of 8 floats (AVX2) or 32 of 4 (NEON), six rows of one do: `NarrowRow`.
protocol TileRow {
  /// Floats in a row.
  static var width: Int { get }
  static var zero: Self { get }
  static func load(_ pointer: UnsafePointer<Float>) -> Self
  func store(to pointer: UnsafeMutablePointer<Float>)
  /// Each vector of this row and the same one of another.
  func combined(with other: Self, _ body: (Vector, Vector) -> Vector) -> Self
}

struct NarrowRow: TileRow {
  var a: Vector

  @inline(__always) static var width: Int { 16 }
  @inline(__always) static var zero: NarrowRow { NarrowRow(a: .zero) }

  @inline(__always)
  static func load(_ pointer: UnsafePointer<Float>) -> NarrowRow { NarrowRow(a: Vectors.load(pointer, 16)) }

  @inline(__always)
  func store(to pointer: UnsafeMutablePointer<Float>) { Vectors.store(a, to: pointer, 16) }

  @inline(__always)
  func combined(with other: NarrowRow, _ body: (Vector, Vector) -> Vector) -> NarrowRow {
    NarrowRow(a: body(a, other.a))
  }
}

struct WideRow: TileRow {
  var a: Vector
  var b: Vector
  var c: Vector
  var d: Vector

  @inline(__always) static var width: Int { 64 }
  @inline(__always) static var zero: WideRow { WideRow(a: .zero, b: .zero, c: .zero, d: .zero) }

  @inline(__always)
  static func load(_ pointer: UnsafePointer<Float>) -> WideRow {
    WideRow(
      a: Vectors.load(pointer, 16), b: Vectors.load(pointer + 16, 16), c: Vectors.load(pointer + 32, 16),
      d: Vectors.load(pointer + 48, 16))
  }

  @inline(__always)
  func store(to pointer: UnsafeMutablePointer<Float>) {
    Vectors.store(a, to: pointer, 16)
    Vectors.store(b, to: pointer + 16, 16)
    Vectors.store(c, to: pointer + 32, 16)
    Vectors.store(d, to: pointer + 48, 16)
  }

  @inline(__always)
  func combined(with other: WideRow, _ body: (Vector, Vector) -> Vector) -> WideRow {
    WideRow(a: body(a, other.a), b: body(b, other.b), c: body(c, other.c), d: body(d, other.d))
  }
}
