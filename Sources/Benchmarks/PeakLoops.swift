/// The loops whose speed is called memory's peak. Neither is inlined into a caller that might see that its result is of
/// no use.
enum PeakLoops {
  private typealias Vector = SIMD16<Float>

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
}
