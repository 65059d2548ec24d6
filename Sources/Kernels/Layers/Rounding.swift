import CGPT2Kernels

/// Values rounded to bfloat16, the upper half of an fp32: to nearest, and half to even. A NaN stays one.
package enum Rounding {
  private static let partValues = 1 << 17

  /// In place.
  package static func round(_ values: UnsafeMutableBufferPointer<Float>, on workers: Workers) {
    guard let base = values.baseAddress else { return }
    workers.run(over: values.count, inRangesOf: partValues) { range in
      workers.kernels.table.round_to_bf16(base + range.lowerBound, range.count)
    }
  }

  /// Into half the memory.
  ///
  /// - Parameter bits: For as many values.
  package static func narrow(
    _ values: UnsafeBufferPointer<Float>, into bits: UnsafeMutablePointer<UInt16>, on workers: Workers
  ) {
    guard let base = values.baseAddress else { return }
    workers.run(over: values.count, inRangesOf: partValues) { range in
      workers.kernels.table.narrow_to_bf16(base + range.lowerBound, bits + range.lowerBound, range.count)
    }
  }

  /// And back, exactly.
  ///
  /// - Parameter bits: Of as many values.
  package static func widen(
    _ bits: UnsafePointer<UInt16>, into values: UnsafeMutableBufferPointer<Float>, on workers: Workers
  ) {
    guard let base = values.baseAddress else { return }
    workers.run(over: values.count, inRangesOf: partValues) { range in
      workers.kernels.table.widen_bf16(bits + range.lowerBound, base + range.lowerBound, range.count)
    }
  }

  /// values = round(values + bits), each sum rounded to fp32 first.
  ///
  /// - Parameter bits: Of as many values.
  package static func add(
    _ bits: UnsafePointer<UInt16>, to values: UnsafeMutableBufferPointer<Float>, on workers: Workers
  ) {
    guard let base = values.baseAddress else { return }
    let table = workers.kernels.table
    // What is widened stays in the first-level cache.
    workers.run(over: values.count, inRangesOf: 1 << 12) { range in
      workers.withScratch(range.count) { addend in
        let start = base + range.lowerBound
        table.widen_bf16(bits + range.lowerBound, addend, range.count)
        table.add(addend, start, start, range.count)
        table.round_to_bf16(start, range.count)
      }
    }
  }
}
