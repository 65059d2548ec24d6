import GPT2Kernels
import GPT2Transformer

/// One operation in one pass: what it has to do, and how to set it up.
struct Operation {
  let name: String
  let pass: String
  /// Calls in a step.
  let calls: Int
  let work: Work
  /// Whether another operation contains this one.
  var isPart = false
  /// Allocates so many copies of what a call finds in memory, not in the caches: weights, activations that are
  /// kept, and their gradients, all last touched long ago. What the operation before has just written is there
  /// once and so stays in the caches, as in a step. Returns what makes a call with one of the copies.
  let prepare: (_ copies: Int) throws -> (_ copy: Int) -> Void

  /// As many copies as a step makes calls, each with another layer's tensors, but no more than fill 1 GiB: that
  /// is more than caches hold.
  var copies: Int {
    max(1, min(calls, Int(Double(1 << 30) / max(1, work.bytes))))
  }
}

/// Copies of a matrix in one allocation, filled with small numbers.
struct MatrixCopies {
  private let buffer: FloatBuffer
  private let base: UnsafeMutablePointer<Float>
  let rows: Int
  let columns: Int
  let copies: Int

  /// - Throws: `AllocationError`
  init(_ rows: Int, _ columns: Int, copies: Int = 1, on workers: Workers) throws(AllocationError) {
    buffer = try FloatBuffer(zeroed: rows * columns * copies)
    guard let base = buffer.values.baseAddress else { preconditionFailure("a matrix has values") }
    self.base = base
    self.rows = rows
    self.columns = columns
    self.copies = copies
    Noise.fill(buffer.values, on: workers)
  }

  /// A copy, counted round: there may be fewer of this matrix than of others.
  subscript(copy: Int) -> Matrix {
    Matrix(base + copy % copies * rows * columns, rows: rows, columns: columns)
  }

  /// All values of a copy.
  func values(_ copy: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: self[copy].base, count: rows * columns)
  }
}

/// Numbers without meaning: zeros might be multiplied faster, or be pages that no memory stands behind.
enum Noise {
  private static let partValues = 1 << 16

  /// Values from −0.02 to 0.02, the same at every call.
  static func fill(_ values: UnsafeMutableBufferPointer<Float>, on workers: Workers) {
    workers.run(over: values.count, inRangesOf: partValues) { range in
      for index in range {
        values[index] = Float(Int32(truncatingIfNeeded: hash(index) >> 32)) * (0.02 / 0x1p31)
      }
    }
  }

  /// Token ids below V.
  static func tokens(_ count: Int, vocabularySize: Int) -> [Int32] {
    (0..<count).map { Int32(hash($0) % UInt64(vocabularySize)) }
  }

  /// SplitMix64's output function (Steele, Lea and Flood 2014).
  private static func hash(_ index: Int) -> UInt64 {
    var z = UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
