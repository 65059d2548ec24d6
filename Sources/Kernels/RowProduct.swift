import CKernels

/// y = x·Wᵀ + b for a few rows of x, a token's or several sequences': each weight is read once, from where it is
/// stored, so that the memory's speed is the limit.
///
/// A weight that is not fp32 is widened exactly; the arithmetic is fp32. A row of y is the same bits whatever
/// other rows are computed with it, and on any number of threads.
enum RowProduct<Values: StoredValues> {
  /// Bytes of weights that a thread takes at a time: enough for the processor to see a pattern in the addresses,
  /// few enough for two threads to end together.
  private static var partBytes: Int { 1 << 17 }

  static func run(
    _ input: Matrix,  // (R, IC)
    _ weight: StoredMatrix,  // (OC, IC)
    into output: Matrix,  // (R, OC)
    ends: ProductEnds, on workers: Workers
  ) {
    // Whole vectors of y.
    let lines = max(1, partBytes / max(1, weight.rowBytes) / 16) * 16
    workers.run(over: weight.rows, inRangesOf: lines) { columns in
      multiply(input, weight.rows(columns), into: output.columns(columns))
      ends.block(0..<input.rows, columns).complete(output.columns(columns))
    }
  }

  private static func multiply(_ input: Matrix, _ weight: StoredMatrix, into output: Matrix) {
    let (step, count) = (weight.rowBytes, weight.columns)
    for line in stride(from: 0, to: weight.rows, by: 4) {
      let lines = min(4, weight.rows - line)
      // Lines that are not there repeat the last.
      let first = weight.base + line * step
      let (second, third, fourth) = (
        first + min(1, lines - 1) * step, first + min(2, lines - 1) * step, first + min(3, lines - 1) * step
      )
      for row in 0..<input.rows {
        let dots = fourDots(first, second, third, fourth, input.base + row * input.stride, count: count)
        let target = output.base + row * output.stride + line
        if lines == 4 {
          UnsafeMutableRawPointer(target).storeBytes(of: dots, as: SIMD4<Float>.self)
        } else {
          for index in 0..<lines { target[index] = dots[index] }
        }
      }
    }
  }

  /// The dot products of x with four lines of weights, in two halves each, since an addition waits for the one
  /// before it.
  @inline(__always)
  private static func fourDots(
    _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ c: UnsafeRawPointer, _ d: UnsafeRawPointer,
    _ x: UnsafePointer<Float>, count: Int
  ) -> SIMD4<Float> {
    var (a0, b0, c0, d0) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var (a1, b1, c1, d1) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    let size = Values.byteCount
    var start = 0
    while start + 32 <= count {
      let x0 = Vectors.load(x + start, 16)
      let x1 = Vectors.load(x + start + 16, 16)
      let (near, far) = (start * size, (start + 16) * size)
      a0 = VectorMath.fused(Values.load(a + near), x0, plus: a0)
      b0 = VectorMath.fused(Values.load(b + near), x0, plus: b0)
      c0 = VectorMath.fused(Values.load(c + near), x0, plus: c0)
      d0 = VectorMath.fused(Values.load(d + near), x0, plus: d0)
      a1 = VectorMath.fused(Values.load(a + far), x1, plus: a1)
      b1 = VectorMath.fused(Values.load(b + far), x1, plus: b1)
      c1 = VectorMath.fused(Values.load(c + far), x1, plus: c1)
      d1 = VectorMath.fused(Values.load(d + far), x1, plus: d1)
      start += 32
    }
    while start < count {
      let lanes = min(16, count - start)
      let x0 = Vectors.load(x + start, lanes)
      let near = start * size
      a0 = VectorMath.fused(Values.load(a + near, lanes), x0, plus: a0)
      b0 = VectorMath.fused(Values.load(b + near, lanes), x0, plus: b0)
      c0 = VectorMath.fused(Values.load(c + near, lanes), x0, plus: c0)
      d0 = VectorMath.fused(Values.load(d + near, lanes), x0, plus: d0)
      start += lanes
    }
    return SIMD4(sum(a0 + a1), sum(b0 + b1), sum(c0 + c1), sum(d0 + d1))
  }

  @inline(__always)
  private static func sum(_ vector: Vector) -> Float {
    let eight = vector.lowHalf + vector.highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }
}

/// Values as they are stored, one by one, in one of the formats without blocks.
protocol StoredValues {
  static var byteCount: Int { get }
  /// Sixteen values, at any alignment.
  static func load(_ pointer: UnsafeRawPointer) -> Vector
  static func load(one pointer: UnsafeRawPointer) -> Float
}

extension StoredValues {
  /// The first `lanes` values, the rest of the vector 0.
  @inline(__always)
  static func load(_ pointer: UnsafeRawPointer, _ lanes: Int) -> Vector {
    if lanes == Vectors.width { return load(pointer) }
    var vector = Vector.zero
    for lane in 0..<lanes { vector[lane] = load(one: pointer + lane * byteCount) }
    return vector
  }
}

enum Float32Values: StoredValues {
  @inline(__always) static var byteCount: Int { 4 }
  @inline(__always)
  static func load(_ pointer: UnsafeRawPointer) -> Vector { pointer.loadUnaligned(as: Vector.self) }
  @inline(__always)
  static func load(one pointer: UnsafeRawPointer) -> Float { pointer.loadUnaligned(as: Float.self) }
}

enum BFloat16Values: StoredValues {
  @inline(__always) static var byteCount: Int { 2 }
  @inline(__always)
  static func load(_ pointer: UnsafeRawPointer) -> Vector { ck_load_bf16(pointer) }
  @inline(__always)
  static func load(one pointer: UnsafeRawPointer) -> Float {
    Float(bitPattern: UInt32(pointer.loadUnaligned(as: UInt16.self)) << 16)
  }
}

enum Float16Values: StoredValues {
  @inline(__always) static var byteCount: Int { 2 }
  @inline(__always)
  static func load(_ pointer: UnsafeRawPointer) -> Vector { ck_load_fp16(pointer) }
  @inline(__always)
  static func load(one pointer: UnsafeRawPointer) -> Float {
    ck_widen_fp16(pointer.loadUnaligned(as: UInt16.self))
  }
}
