import BinaryFiles
import Kernels
import Transformer
import WeightFormats

/// Writes weights in another format than the one they are stored in.
struct Transcoding {
  /// What is written, named in errors.
  let path: String
  let format: WeightFormat

  /// Values that are decoded at once, but at least a row.
  private static let chunk = 1 << 16

  /// Appends all rows of `matrix`, as they are if they have the format already.
  ///
  /// - Parameter name: The tensor's, for errors.
  /// - Throws: `FileError` if a finite value would not stay finite, or the format has no such value; what `append`
  ///   throws.
  func append(
    _ matrix: EncodedMatrix, named name: String,
    to append: (UnsafeRawBufferPointer) throws(FileError) -> Void
  ) throws(FileError) {
    guard matrix.format != format else {
      do throws(FileError) {
        return try append(UnsafeRawBufferPointer(start: matrix.base, count: matrix.byteCount))
      } catch {
        // Of a file that was cut the system says only that there are no such bytes.
        try MappedFile.checkAll()
        throw error
      }
    }
    guard format.isEncodable else {
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
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    defer { bytes.deallocate() }
    guard let firstValue = values.baseAddress, let firstByte = bytes.baseAddress else {
      preconditionFailure("a tensor has at least one value")
    }
    for start in stride(from: 0, to: matrix.rows, by: rowsAtOnce) {
      let band = matrix.rows(start..<min(matrix.rows, start + rowsAtOnce))
      let count = band.rows * band.columns
      matrix.format.decode(band.base, count: count, into: firstValue)
      try check(UnsafeBufferPointer(start: firstValue, count: count), of: name)
      format.encode(firstValue, count: count, into: firstByte)
      let kept = EncodedMatrix(format, firstByte, rows: band.rows, columns: band.columns).byteCount
      try append(UnsafeRawBufferPointer(start: firstByte, count: kept))
    }
  }

  /// fp16 and bf16 have infinities and NaN of their own; blocks have none.
  private func check(_ values: UnsafeBufferPointer<Float>, of name: String) throws(FileError) {
    let largest = format.largestMagnitude
    let keepsSpecials = format.blockValues == 1
    var isStorable = true
    for value in values {
      isStorable = isStorable && (abs(value) <= largest || keepsSpecials && !value.isFinite)
    }
    guard !isStorable else { return }
    let found = values.first { !(abs($0) <= largest) && !(keepsSpecials && !$0.isFinite) }
    throw FileError(
      path,
      .mismatch(
        found: "weight \(found ?? .nan) in \(name)",
        expected: "at most \(largest), the largest of \(format.rawValue)",
        advice: "choose another format"))
  }
}
