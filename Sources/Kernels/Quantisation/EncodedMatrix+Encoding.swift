import WeightFormats

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
}
