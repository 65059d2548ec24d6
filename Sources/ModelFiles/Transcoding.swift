import GPT2BinaryFiles
import GPT2Kernels
import GPT2Transformer
import GPT2WeightFormats

/// Writes weights in another format than the one they are stored in.
struct Transcoding {
  /// What is written, named in errors.
  let path: String
  let format: WeightFormat

  /// Values that are decoded at once, but at least a row.
  private static let chunk = 1 << 16

  /// Appends all rows of `matrix`, byte for byte as they are if they have the format already.
  ///
  /// - Parameter name: The tensor's, for errors.
  /// - Throws: `FileError` if a value is not finite or would not stay so, or weights cannot be rounded to the format; what
  ///   `append` throws.
  func append(
    _ matrix: EncodedMatrix, named name: String,
    to append: (UnsafeRawBufferPointer) throws(FileError) -> Void
  ) throws(FileError) {
    let isCopy = matrix.format == format
    guard isCopy || format.isEncodable else {
      throw FileError(
        path,
        .mismatch(
          found: "\(name) in \(matrix.format.rawValue), to be written as \(format.rawValue)",
          expected: "one of \(WeightFormat.encodableNames)", advice: "choose another format"))
    }
    let rowsAtOnce = min(matrix.rows, max(1, Self.chunk / matrix.columns))
    let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: rowsAtOnce * matrix.columns)
    defer { values.deallocate() }
    let size = EncodedMatrix(format, matrix.base, rows: rowsAtOnce, columns: matrix.columns).byteCount
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: isCopy ? 0 : size, alignment: 64)
    defer { bytes.deallocate() }
    guard let firstValue = values.baseAddress else { preconditionFailure("a tensor has at least one value") }
    for start in stride(from: 0, to: matrix.rows, by: rowsAtOnce) {
      let band = matrix.rows(start..<min(matrix.rows, start + rowsAtOnce))
      let count = band.rows * band.columns
      matrix.format.decode(band.base, count: count, into: firstValue)
      if let place = format.firstUnstorable(firstValue, count: count, isCopy: isCopy) {
        let weight = UnstorableWeight(
          value: firstValue[place], tensor: name, position: start * matrix.columns + place, format: format)
        throw FileError(path, weight.cause)
      }
      guard !isCopy, let firstByte = bytes.baseAddress else {
        try copy(band, to: append)
        continue
      }
      format.encode(firstValue, count: count, into: firstByte)
      let kept = EncodedMatrix(format, firstByte, rows: band.rows, columns: band.columns).byteCount
      try append(UnsafeRawBufferPointer(start: firstByte, count: kept))
    }
  }

  private func copy(
    _ rows: EncodedMatrix, to append: (UnsafeRawBufferPointer) throws(FileError) -> Void
  ) throws(FileError) {
    do throws(FileError) {
      try append(UnsafeRawBufferPointer(start: rows.base, count: rows.byteCount))
    } catch {
      // Of a file that was cut the system says only that there are no such bytes.
      try MappedFile.checkAll()
      throw error
    }
  }
}

extension UnstorableWeight {
  /// What is said of a file that holds it, or would.
  var cause: FileError.Cause { .mismatch(found: found, expected: expected, advice: advice) }
}

extension Weights {
  /// The same as `encoded(as:)`, naming the file where a weight cannot be rounded.
  ///
  /// - Parameter path: Where the weights were read.
  /// - Throws: `FileError` with the first weight that has no finite number in the format; else as `encoded(as:)`.
  package func encoded(
    as format: WeightFormat, readFrom path: String, isLastUse: Bool = false, on workers: Workers
  ) throws -> Weights {
    do {
      return try encoded(as: format, isLastUse: isLastUse, on: workers)
    } catch WeightFormatError.unstorable(let weight) {
      throw FileError(path, weight.cause)
    }
  }
}
