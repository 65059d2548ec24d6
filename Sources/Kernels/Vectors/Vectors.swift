/// Loops over runs of floats, sixteen at a time.
///
/// Swift has no fast-math, so it never vectorises a reduction; explicit vectors do. They are added and multiplied
/// and never fused, so a result is the same bits whether the target has 128-, 256- or 512-bit registers.
typealias Vector = SIMD16<Float>

enum Vectors {
  @inline(__always) static var width: Int { Vector.scalarCount }

  /// `lanes` values from `pointer`, the rest of the vector `padding`.
  @inline(__always)
  static func load(_ pointer: UnsafePointer<Float>, _ lanes: Int, padding: Float = 0) -> Vector {
    if lanes == width { return UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self) }
    var vector = Vector(repeating: padding)
    for lane in 0..<lanes { vector[lane] = pointer[lane] }
    return vector
  }

  @inline(__always)
  static func store(_ vector: Vector, to pointer: UnsafeMutablePointer<Float>, _ lanes: Int) {
    if lanes == width { return UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: Vector.self) }
    for lane in 0..<lanes { pointer[lane] = vector[lane] }
  }

  /// Calls `body` with the start of each vector in `0..<count` and its number of lanes: 16 but for the last.
  @inline(__always)
  static func forEach(_ count: Int, _ body: (_ start: Int, _ lanes: Int) -> Void) {
    var start = 0
    while start + width <= count {
      body(start, width)
      start += width
    }
    if start < count { body(start, count - start) }
  }

  /// The sum over `values` of `term`, which must be 0 for `padding`.
  @inline(__always)
  static func sum(
    _ values: UnsafePointer<Float>, count: Int, padding: Float = 0, _ term: (Vector) -> Vector
  ) -> Float {
    // Four sums at once, since each addition waits for the one before it.
    var (a, b, c, d) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var start = 0
    while start + 4 * width <= count {
      a += term(load(values + start, width))
      b += term(load(values + start + width, width))
      c += term(load(values + start + 2 * width, width))
      d += term(load(values + start + 3 * width, width))
      start += 4 * width
    }
    while start < count {
      let lanes = min(width, count - start)
      a += term(load(values + start, lanes, padding: padding))
      start += lanes
    }
    return ((a + b) + (c + d)).sum()
  }

  /// output = a + b.
  static func add(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, count: Int
  ) {
    forEach(count) { start, lanes in
      store(load(a + start, lanes) + load(b + start, lanes), to: output + start, lanes)
    }
  }
}

extension Matrix {
  /// How many rows make a part of some `values` elements, for work that is split by rows.
  func rowsPerPart(ofValues values: Int) -> Int { max(1, values / max(1, columns)) }
}
