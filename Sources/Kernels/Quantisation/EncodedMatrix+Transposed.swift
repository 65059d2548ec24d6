import GPT2WeightFormats

extension EncodedMatrix {
  /// The transpose, (columns, rows), in the same format and bit for bit.
  ///
  /// - Precondition: The format has no blocks, which cannot be taken apart.
  /// - Parameter target: Room for as many bytes.
  package func transposed(into target: UnsafeMutableRawPointer, on workers: Workers) -> EncodedMatrix {
    precondition(format.blockValues == 1, "blocks of \(format.rawValue) cannot be transposed")
    switch format.blockBytes {
    case 4: copyTransposed(UInt32.self, into: target, on: workers)
    case 2: copyTransposed(UInt16.self, into: target, on: workers)
    case let size: preconditionFailure("no values of \(size) bytes")
    }
    return EncodedMatrix(format, UnsafeRawPointer(target), rows: columns, columns: rows)
  }

  /// In squares of sixteen, so that the lines that are read stay in the cache until all of each is used.
  private func copyTransposed<Bits: FixedWidthInteger & BitwiseCopyable>(
    _: Bits.Type, into target: UnsafeMutableRawPointer, on workers: Workers
  ) {
    let size = MemoryLayout<Bits>.size
    workers.run(over: columns, inRangesOf: 64) { range in
      for row in stride(from: 0, to: rows, by: 16) {
        let lastRow = min(row + 16, rows)
        for column in stride(from: range.lowerBound, to: range.upperBound, by: 16) {
          for c in column..<min(column + 16, range.upperBound) {
            for r in row..<lastRow {
              let value = base.loadUnaligned(fromByteOffset: (r * columns + c) * size, as: Bits.self)
              target.storeBytes(of: value, toByteOffset: (c * rows + r) * size, as: Bits.self)
            }
          }
        }
      }
    }
  }
}
