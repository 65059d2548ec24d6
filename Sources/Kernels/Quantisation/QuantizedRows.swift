/// Rows of x rounded to bytes, block by block of 32 values: x ≈ scale · byte, with the block's largest at ±127.
struct QuantizedRows {
  let rows: Int
  let blocks: Int
  private let bytes: UnsafeMutablePointer<Int8>  // (rows, blocks, 32)
  private let scales: UnsafeMutablePointer<Float>  // (rows, blocks)
  private let sums: UnsafeMutablePointer<Int32>  // (rows, blocks)

  /// Words of memory for so many rows.
  static func words(rows: Int, columns: Int) -> Int { rows * (columns / 32) * (8 + 1 + 1) }

  /// - Parameter memory: `words(rows:columns:)` of it.
  init(_ source: Matrix, in memory: UnsafeMutablePointer<Float>) {
    precondition(source.columns % 32 == 0, "no whole blocks")
    rows = source.rows
    blocks = source.columns / 32
    scales = memory
    let raw = UnsafeMutableRawPointer(memory + rows * blocks)
    sums = raw.bindMemory(to: Int32.self, capacity: rows * blocks)
    bytes = (raw + 4 * rows * blocks).bindMemory(to: Int8.self, capacity: rows * blocks * 32)
    for row in 0..<rows {
      for block in 0..<blocks { round(source.base + row * source.stride + block * 32, row * blocks + block) }
    }
  }

  /// The bytes of a row from a block on, four to a word.
  @inline(__always)
  func words(row: Int, block: Int) -> UnsafeRawPointer {
    UnsafeRawPointer(bytes + (row * blocks + block) * 32)
  }

  @inline(__always)
  func scale(row: Int, block: Int) -> Float { scales[row * blocks + block] }

  /// The sum of a block's bytes.
  @inline(__always)
  func sum(row: Int, block: Int) -> Int32 { sums[row * blocks + block] }

  private func round(_ x: UnsafePointer<Float>, _ index: Int) {
    let (first, second) = (Vectors.load(x, 16), Vectors.load(x + 16, 16))
    let largest = Vectors.larger(magnitude(first), magnitude(second)).max()
    // A block of zeros, or with a value that is not finite, which the scale then hands on.
    let inverse = largest > 0 && largest.isFinite ? 127 / largest : 0
    scales[index] = largest / 127
    let (a, b) = (wholes(first * inverse), wholes(second * inverse))
    let target = UnsafeMutableRawPointer(bytes + index * 32)
    target.storeBytes(of: SIMD16<Int8>(truncatingIfNeeded: a), as: SIMD16<Int8>.self)
    target.storeBytes(of: SIMD16<Int8>(truncatingIfNeeded: b), toByteOffset: 16, as: SIMD16<Int8>.self)
    sums[index] = (a &+ b).wrappedSum()
  }

  @inline(__always)
  private func magnitude(_ x: Vector) -> Vector {
    unsafeBitCast(unsafeBitCast(x, to: SIMD16<UInt32>.self) & 0x7FFF_FFFF, to: Vector.self)
  }

  /// Rounded to the nearest: adding 1.5·2²³ leaves the number in the low bits.
  @inline(__always)
  private func wholes(_ x: Vector) -> SIMD16<Int32> {
    unsafeBitCast(x + 0x1.8p23, to: SIMD16<Int32>.self) &- 0x4B40_0000
  }
}
