import GPT2Kernels
import GPT2Transformer
import GPT2WeightFormats

/// Where one layer's tensor comes from, and how it gets to where inference reads it.
struct TensorSource {
  /// `nil` for a bias that the model does without, which is zero.
  let stored: StoredTensor?
  /// As inference has it; the token table without padding rows.
  let rows: Int
  let columns: Int
  /// Whether it is stored as (columns, rows).
  let isTransposed: Bool

  /// Bytes of memory that it needs, in whole cache lines; 0 if it is read where it lies.
  var room: Int {
    switch stored?.values {
    case .weights(let format)? where isTransposed: lines(rows * columns * format.blockBytes)
    case .weights?: 0
    case .float64?, nil: lines(rows * columns * MemoryLayout<Float>.stride)
    }
  }

  private func lines(_ bytes: Int) -> Int { (bytes + 63) / 64 * 64 }

  /// - Parameter target: `room` bytes, zeroed.
  func matrix(in target: UnsafeMutableRawPointer, on workers: Workers) -> EncodedMatrix {
    guard let stored, let start = stored.bytes.baseAddress, let values = stored.values else {
      return EncodedMatrix(.fp32, UnsafeRawPointer(target), rows: rows, columns: columns)
    }
    switch values {
    case .weights(let format):
      guard isTransposed else { return EncodedMatrix(format, start, rows: rows, columns: columns) }
      return EncodedMatrix(format, start, rows: columns, columns: rows).transposed(into: target, on: workers)
    case .float64:
      round(start, into: target.bindMemory(to: Float.self, capacity: rows * columns))
      return EncodedMatrix(.fp32, UnsafeRawPointer(target), rows: rows, columns: columns)
    }
  }

  /// Rounds fp64 to the nearest fp32, as PyTorch does, and transposes it where it must be.
  private func round(_ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>) {
    for row in 0..<rows {
      for column in 0..<columns {
        let index = isTransposed ? column * rows + row : row * columns + column
        target[row * columns + column] = Float(
          source.loadUnaligned(fromByteOffset: 8 * index, as: Double.self))
      }
    }
  }
}
