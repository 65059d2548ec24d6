import CKernels

/// How the rows of a weight matrix are stored, in memory and in files: ggml's types of these names.
public enum WeightFormat: String, CaseIterable, Sendable {
  case fp32
  case fp16
  case bf16
  /// Blocks of 32: a scale in fp16, then 32 int8.
  case q8 = "q8_0"
  /// Blocks of 32: a scale in fp16, then 16 bytes; byte i holds value i in its low half, value 16 + i in its
  /// high half, each plus 8.
  case q4 = "q4_0"

  /// Values of a block; rows are whole blocks.
  public var blockValues: Int {
    switch self {
    case .fp32, .fp16, .bf16: 1
    case .q8, .q4: 32
    }
  }

  public var blockBytes: Int {
    switch self {
    case .fp32: 4
    case .fp16, .bf16: 2
    case .q8: 34
    case .q4: 18
    }
  }

  /// How the kernels name a format without blocks.
  var valueType: Int32 {
    switch self {
    case .fp16: Int32(CK_FP16)
    case .bf16: Int32(CK_BF16)
    default: Int32(CK_FP32)
    }
  }

  /// Bytes of so many values; `nil` if they are not whole blocks.
  public func byteCount(_ values: Int) -> Int? {
    values % blockValues == 0 ? values / blockValues * blockBytes : nil
  }
}

/// A view of a weight matrix as it is stored: (rows, columns), row after row without gaps, at any alignment.
///
/// It owns nothing; whoever made it keeps the memory alive.
public struct EncodedMatrix {
  public let format: WeightFormat
  public let base: UnsafeRawPointer
  public let rows: Int
  public let columns: Int
  public let rowBytes: Int

  /// - Parameter columns: Whole blocks of the format.
  public init(_ format: WeightFormat, _ base: UnsafeRawPointer, rows: Int, columns: Int) {
    guard let rowBytes = format.byteCount(columns) else {
      preconditionFailure("\(columns) columns are no whole blocks of \(format.rawValue)")
    }
    self.format = format
    self.base = base
    self.rows = rows
    self.columns = columns
    self.rowBytes = rowBytes
  }

  public var byteCount: Int { rows * rowBytes }

  /// A band of rows.
  public func rows(_ range: Range<Int>) -> EncodedMatrix {
    assert(range.lowerBound >= 0 && range.upperBound <= rows)
    return EncodedMatrix(format, base + range.lowerBound * rowBytes, rows: range.count, columns: columns)
  }
}

extension EncodedMatrix {
  /// Widens a row to fp32.
  package func decode(row: Int, into values: UnsafeMutablePointer<Float>) {
    assert((0..<rows).contains(row))
    format.decode(base + row * rowBytes, count: columns, into: values)
  }

  /// The same rows in another format.
  ///
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
