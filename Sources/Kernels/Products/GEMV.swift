import CKernels

/// y = x·Wᵀ + b for a few rows of x, a token's or several sequences': each weight is read once, from where it is
/// stored, so that the memory's speed is the limit.
///
/// A weight that is not fp32 is widened exactly; the arithmetic is fp32. A row of y is the same bits whatever
/// other rows are computed with it, and on any number of threads.
enum GEMV<Values: StoredValues> {
  /// Bytes of weights that a thread takes at a time: enough for the processor to see a pattern in the addresses,
  /// few enough for two threads to end together.
  private static var partBytes: Int { 1 << 17 }

  static func run(
    _ input: Matrix,  // (R, IC)
    _ weight: EncodedMatrix,  // (OC, IC)
    into output: Matrix,  // (R, OC)
    epilogue: Epilogue, on workers: Workers
  ) {
    let lines = max(1, partBytes / max(1, weight.rowBytes) / Vectors.width) * Vectors.width
    workers.run(over: weight.rows, inRangesOf: lines) { columns in
      let (output, epilogue) = (output.columns(columns), epilogue.block(0..<input.rows, columns))
      multiply(input, weight.rows(columns), into: output, epilogue)
      epilogue.finish(output)
    }
  }

  private static func multiply(
    _ input: Matrix, _ weight: EncodedMatrix, into output: Matrix, _ epilogue: Epilogue
  ) {
    Vectors.forEach(weight.rows) { line, lanes in
      let lines = weight.rows(line..<line + lanes)
      for row in 0..<input.rows {
        let x = input.base + row * input.stride
        let dots = Vector(
          lowHalf: SIMD8(lowHalf: fourDots(lines, from: 0, x), highHalf: fourDots(lines, from: 4, x)),
          highHalf: SIMD8(lowHalf: fourDots(lines, from: 8, x), highHalf: fourDots(lines, from: 12, x)))
        Vectors.store(
          epilogue.completed(dots, row: row, column: line, lanes: lanes),
          to: output.base + row * output.stride + line,
          lanes)
      }
    }
  }

  /// The dot products of x with four lines of weights; those that are not there repeat the last.
  private static func fourDots(_ lines: EncodedMatrix, from first: Int, _ x: UnsafePointer<Float>) -> SIMD4<
    Float
  > {
    @inline(__always)
    func line(_ index: Int) -> UnsafeRawPointer {
      lines.base + min(first + index, lines.rows - 1) * lines.rowBytes
    }
    return fourDots(line(0), line(1), line(2), line(3), x, count: lines.columns, lineBytes: lines.rowBytes)
  }

  /// In two halves each, since an addition waits for the one
  /// before it.
  @inline(__always)
  private static func fourDots(
    _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ c: UnsafeRawPointer, _ d: UnsafeRawPointer,
    _ x: UnsafePointer<Float>, count: Int, lineBytes: Int
  ) -> SIMD4<Float> {
    var (a0, b0, c0, d0) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var (a1, b1, c1, d1) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    let size = Values.byteCount
    var start = 0
    while start + 32 <= count {
      let x0 = Vectors.load(x + start, 16)
      let x1 = Vectors.load(x + start + 16, 16)
      let (near, far) = (start * size, (start + 16) * size)
      // The lines after these four, which the processor would ask for too late where lines are short: a quarter
      // of a thread's speed with two bytes a value, nothing with four.
      if size < 4 {
        let next = near + 4 * lineBytes
        ck_prefetch(a + next)
        ck_prefetch(b + next)
        ck_prefetch(c + next)
        ck_prefetch(d + next)
      }
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
