import Testing
import GPT2WeightFormats

@testable import GPT2Kernels

@Suite struct TransposedTests {
  /// Sizes around the squares and ranges that the work is cut into, at any alignment, for one thread and several.
  @Test(
    arguments: [WeightFormat.fp32, .fp16, .bf16],
    [(1, 1), (1, 5), (7, 1), (16, 16), (17, 15), (33, 70), (64, 129), (200, 65)])
  func everyBitIsInItsPlace(format: WeightFormat, shape: (rows: Int, columns: Int)) {
    let (rows, columns) = shape
    let size = format.blockBytes
    // All bits, among them those of NaN, which must come through as they are.
    let bytes = (0..<rows * columns * size).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
    for (offset, threads) in [(0, 1), (1, 3)] {
      var target = [UInt8](repeating: 0xAA, count: bytes.count + 1)
      let source = [UInt8](repeating: 0, count: offset) + bytes
      source.withUnsafeBytes { source in
        target.withUnsafeMutableBytes { target in
          let matrix = EncodedMatrix(format, source.baseAddress! + offset, rows: rows, columns: columns)
          let result = matrix.transposed(into: target.baseAddress!, on: Workers(count: threads))
          #expect(result.rows == columns && result.columns == rows && result.format == format)
          #expect(result.base == UnsafeRawPointer(target.baseAddress!))
        }
      }
      var expected: [UInt8] = []
      for column in 0..<columns {
        for row in 0..<rows {
          let start = (row * columns + column) * size
          expected += bytes[start..<start + size]
        }
      }
      #expect(Array(target.dropLast()) == expected)
      #expect(target.last == 0xAA)
    }
  }
}
