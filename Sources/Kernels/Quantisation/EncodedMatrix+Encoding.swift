import GPT2WeightFormats

extension EncodedMatrix {
  /// The same rows in another format.
  ///
  /// - Precondition: The format is one of `WeightFormat.encodable`.
  /// - Parameter target: Room for them.
  package func encoded(
    as format: WeightFormat, into target: UnsafeMutableRawPointer, on workers: Workers
  ) -> EncodedMatrix {
    let result = EncodedMatrix(format, UnsafeRawPointer(target), rows: rows, columns: columns)
    workers.run(over: rows, inRangesOf: 64) { range in
      workers.withScratch(columns) { values in
        for row in range {
          decode(row: row, into: values)
          format.encode(values, count: columns, into: target + row * result.rowBytes)
        }
      }
    }
    return result
  }

  /// The first value that `encoded(as:)` would not store as a finite one, and its place, row by row; `nil` if there is
  /// none.
  package func firstUnstorable(
    as format: WeightFormat, on workers: Workers
  ) -> (position: Int, value: Float)? {
    let bandRows = 64
    var firsts = [(position: Int, value: Float)?](repeating: nil, count: (rows + bandRows - 1) / bandRows)
    firsts.withUnsafeMutableBufferPointer { firsts in
      workers.run(over: rows, inRangesOf: bandRows) { range in
        workers.withScratch(columns) { values in
          for row in range {
            decode(row: row, into: values)
            guard let column = format.firstUnstorable(values, count: columns) else { continue }
            firsts[range.lowerBound / bandRows] = (row * columns + column, values[column])
            return
          }
        }
      }
    }
    return firsts.lazy.compactMap { $0 }.first
  }
}
