import CKernels

/// The loops whose speed is called a peak. Each returns a value that depends on everything it computed, and is
/// not inlined into a caller that might see that the value is of no use.
enum PeakLoops {
  private typealias Vector = SIMD16<Float>

  // As properties, since a condition on the constant itself is warned of: one branch will never be executed.
  private static var hasAVX512: Bool { CKERNELS_HAS_AVX512 != 0 }
  private static var hasFMA: Bool { CKERNELS_HAS_FMA != 0 }

  /// Whether the target multiplies pairs of bfloat16 in one instruction.
  static var hasBF16: Bool { CKERNELS_HAS_AVX512_BF16 != 0 }

  /// What one round of `multiplyAdd` counts as: twelve vectors of multiply-adds, two operations each.
  static var operationsPerRound: Double { 12 * 2 * (hasAVX512 ? 16 : 8) }
  /// What one round of `addBF16Products` counts as: each of the sixteen lanes adds two products.
  static let bf16OperationsPerRound = 16.0 * 16 * 4

  /// `rounds` times twelve independent a = a·x + y, in registers alone.
  @inline(never)
  static func multiplyAdd(rounds: Int, x: Float, y: Float) -> Float {
    // Twelve vectors of sixteen do not fit into registers of less than 512 bits.
    hasAVX512
      ? multiplyAdd(rounds: rounds, SIMD16(repeating: x), SIMD16(repeating: y))
      : multiplyAdd(rounds: rounds, SIMD8(repeating: x), SIMD8(repeating: y))
  }

  /// Twelve chains keep two units of a latency up to six busy.
  @inline(__always)
  private static func multiplyAdd<V: SIMD>(rounds: Int, _ x: V, _ y: V) -> Float where V.Scalar == Float {
    func start(_ chain: Int) -> V { V(repeating: Float(chain)) }
    // Chains of the same values would be computed only once.
    var (a, b, c, d) = (start(0), start(1), start(2), start(3))
    var (e, f, g, h) = (start(4), start(5), start(6), start(7))
    var (i, j, k, l) = (start(8), start(9), start(10), start(11))
    for _ in 0..<rounds {
      (a, b, c, d) = (step(a, x, y), step(b, x, y), step(c, x, y), step(d, x, y))
      (e, f, g, h) = (step(e, x, y), step(f, x, y), step(g, x, y), step(h, x, y))
      (i, j, k, l) = (step(i, x, y), step(j, x, y), step(k, x, y), step(l, x, y))
    }
    return ((a + b + c + d) + (e + f + g + h) + (i + j + k + l)).sum()
  }

  /// The same with sixteen chains, for which there are registers, of sum = sum + a₀·b₀ + a₁·b₁ on pairs of
  /// bfloat16; a peak only where `hasBF16`.
  @inline(never)
  static func addBF16Products(rounds: Int, x: Float, y: Float) -> Float {
    let (x, y) = (pairs(x), pairs(y))
    var (a, b, c, d) = (start(0), start(1), start(2), start(3))
    var (e, f, g, h) = (start(4), start(5), start(6), start(7))
    var (i, j, k, l) = (start(8), start(9), start(10), start(11))
    var (m, n, o, p) = (start(12), start(13), start(14), start(15))
    for _ in 0..<rounds {
      a = ck_add_bf16_products(a, x, y)
      b = ck_add_bf16_products(b, x, y)
      c = ck_add_bf16_products(c, x, y)
      d = ck_add_bf16_products(d, x, y)
      e = ck_add_bf16_products(e, x, y)
      f = ck_add_bf16_products(f, x, y)
      g = ck_add_bf16_products(g, x, y)
      h = ck_add_bf16_products(h, x, y)
      i = ck_add_bf16_products(i, x, y)
      j = ck_add_bf16_products(j, x, y)
      k = ck_add_bf16_products(k, x, y)
      l = ck_add_bf16_products(l, x, y)
      m = ck_add_bf16_products(m, x, y)
      n = ck_add_bf16_products(n, x, y)
      o = ck_add_bf16_products(o, x, y)
      p = ck_add_bf16_products(p, x, y)
    }
    return ((a + b + c + d) + (e + f + g + h) + (i + j + k + l) + (m + n + o + p)).sum()
  }

  /// The sum of all values: reads 4 bytes a value.
  @inline(never)
  static func read(_ values: UnsafeMutableBufferPointer<Float>) -> Float {
    guard let base = UnsafeRawPointer(values.baseAddress) else { return 0 }
    let stride = MemoryLayout<Vector>.stride
    var (a, b, c, d) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    for offset in Swift.stride(from: 0, to: values.count / 64 * 4 * stride, by: 4 * stride) {
      a += base.loadUnaligned(fromByteOffset: offset, as: Vector.self)
      b += base.loadUnaligned(fromByteOffset: offset + stride, as: Vector.self)
      c += base.loadUnaligned(fromByteOffset: offset + 2 * stride, as: Vector.self)
      d += base.loadUnaligned(fromByteOffset: offset + 3 * stride, as: Vector.self)
    }
    return ((a + b) + (c + d)).sum()
  }

  /// Multiplies all values by `factor` in place: reads and writes 4 bytes a value.
  @inline(never)
  static func update(_ values: UnsafeMutableBufferPointer<Float>, by factor: Float) {
    guard let base = UnsafeMutableRawPointer(values.baseAddress) else { return }
    let stride = MemoryLayout<Vector>.stride
    for offset in Swift.stride(from: 0, to: values.count / 16 * stride, by: stride) {
      let vector = base.loadUnaligned(fromByteOffset: offset, as: Vector.self)
      base.storeBytes(of: vector * factor, toByteOffset: offset, as: Vector.self)
    }
  }

  @inline(__always)
  private static func step<V: SIMD>(_ a: V, _ x: V, _ y: V) -> V where V.Scalar == Float {
    // Without the instruction, `addingProduct` calls the C library for each lane.
    hasFMA ? y.addingProduct(a, x) : a * x + y
  }

  private static func start(_ chain: Int) -> Vector { Vector(repeating: Float(chain)) }

  /// Sixteen pairs of `value`, which is rounded towards zero.
  private static func pairs(_ value: Float) -> SIMD16<Int32> {
    let upper = value.bitPattern >> 16
    return SIMD16(repeating: Int32(bitPattern: upper << 16 | upper))
  }
}
