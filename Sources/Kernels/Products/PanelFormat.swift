import CKernels

/// How packed panels hold a factor: in 32-bit words, carried about as `Float`s, of one or two values of
/// successive depths each.
protocol PanelFormat {
  /// Values in a word.
  static var depthPerWord: Int { get }

  /// sum + a·b in every lane, over the values of a word.
  static func addProduct(to sum: Vector, _ a: Vector, _ b: Vector) -> Vector

  /// Words of sixteen lines at one depth, from their values at that depth and, with two values a word, the next.
  static func words(_ first: Vector, _ second: Vector) -> Vector

  /// Sixteen words of one line, from its values at successive depths; those from `count` on are 0.
  static func words<Values: StoredValues>(of line: UnsafeRawPointer, _: Values.Type, count: Int) -> Vector
}

/// One value a word, in single precision.
enum SinglePrecision: PanelFormat {
  @inline(__always) static var depthPerWord: Int { 1 }

  @inline(__always)
  static func addProduct(to sum: Vector, _ a: Vector, _ b: Vector) -> Vector {
    VectorMath.fused(a, b, plus: sum)
  }

  @inline(__always)
  static func words(_ first: Vector, _ second: Vector) -> Vector { first }

  @inline(__always)
  static func words<Values: StoredValues>(of line: UnsafeRawPointer, _: Values.Type, count: Int) -> Vector {
    Values.load(line, min(16, count))
  }
}

/// Two values a word, in bfloat16.
enum BFloat16Pairs: PanelFormat {
  @inline(__always) static var depthPerWord: Int { 2 }

  @inline(__always)
  static func addProduct(to sum: Vector, _ a: Vector, _ b: Vector) -> Vector {
    ck_add_bf16_products(sum, unsafeBitCast(a, to: Bits.self), unsafeBitCast(b, to: Bits.self))
  }

  @inline(__always)
  static func words(_ first: Vector, _ second: Vector) -> Vector {
    unsafeBitCast(ck_pair_bf16(first, second), to: Vector.self)
  }

  @inline(__always)
  static func words<Values: StoredValues>(of line: UnsafeRawPointer, _: Values.Type, count: Int) -> Vector {
    let low = Values.load(line, min(16, count))
    let high = Values.load(line + 16 * Values.byteCount, max(0, min(16, count - 16)))
    return unsafeBitCast(ck_pair_neighbours_bf16(low, high), to: Vector.self)
  }

  private typealias Bits = SIMD16<Int32>
}
