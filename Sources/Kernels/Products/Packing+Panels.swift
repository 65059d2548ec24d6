import CKernels

extension Packing {
  /// Panels of some depths of some rows of a weight, which are the columns: sixteen of them lie side by side
  /// already.
  ///
  /// - Parameters:
  ///   - lines: From a panel's first row on.
  ///   - depths: From a block's first column on.
  static func packColumns<Row: TileRow>(
    _ weight: RepackedWeights, _ lines: Range<Int>, _ depths: Range<Int>,
    into panels: UnsafeMutablePointer<Float>, as _: Row.Type
  ) {
    precondition(lines.lowerBound % 16 == 0 && depths.lowerBound % 32 == 0, "begins within a block")
    let words = words(depth: depths.count)
    for first in stride(from: 0, to: lines.count, by: 16) {
      let source = weight.base + (lines.lowerBound + first) / 16 * weight.panelBytes
      let target = panels + first / Row.width * Row.width * words + first % Row.width
      for start in stride(from: 0, to: depths.count, by: 32) {
        let block = source + (depths.lowerBound + start) / 32 * weight.blockBytes
        let target = target + start / Format.depthPerWord * Row.width
        if weight.format == .q4 {
          unpackHalfBytes(block, into: target, step: Row.width)
        } else {
          unpackBytes(block, into: target, step: Row.width)
        }
      }
    }
  }

  private static func unpackBytes(
    _ block: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, step: Int
  ) {
    let scales = ck_load_fp16(block)
    for quad in 0..<8 {
      let bytes = (block + 32 + 64 * quad).loadUnaligned(as: SIMD16<Int32>.self)
      store(bytes, minus: 128, times: scales, quad: quad, into: target, step: step)
    }
  }

  private static func unpackHalfBytes(
    _ block: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, step: Int
  ) {
    let scales = ck_load_fp16(block)
    for quad in 0..<4 {
      let both = (block + 32 + 64 * quad).loadUnaligned(as: SIMD16<Int32>.self)
      store(both & 0x0F0F_0F0F, minus: 8, times: scales, quad: quad, into: target, step: step)
      store(both &>> 4 & 0x0F0F_0F0F, minus: 8, times: scales, quad: quad + 4, into: target, step: step)
    }
  }

  /// Writes the four depths whose bytes are in each lane.
  @inline(__always)
  private static func store(
    _ bytes: SIMD16<Int32>, minus offset: Int32, times scales: Vector, quad: Int,
    into target: UnsafeMutablePointer<Float>, step: Int
  ) {
    let first = ck_floats((bytes & 0xFF) &- offset) * scales
    let second = ck_floats((bytes &>> 8 & 0xFF) &- offset) * scales
    let third = ck_floats((bytes &>> 16 & 0xFF) &- offset) * scales
    let fourth = ck_floats((bytes &>> 24 & 0xFF) &- offset) * scales
    let target = target + 4 / Format.depthPerWord * quad * step
    if Format.depthPerWord == 2 {
      Vectors.store(Format.words(first, second), to: target, 16)
      Vectors.store(Format.words(third, fourth), to: target + step, 16)
    } else {
      Vectors.store(first, to: target, 16)
      Vectors.store(second, to: target + step, 16)
      Vectors.store(third, to: target + 2 * step, 16)
      Vectors.store(fourth, to: target + 3 * step, 16)
    }
  }
}
