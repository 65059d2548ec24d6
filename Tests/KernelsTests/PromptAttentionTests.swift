import TestSupport
import Testing

@testable import GPT2Kernels

/// Many queries over keys and values that are kept, against one sequence's attention as a whole, which is held against
/// plain loops in double precision elsewhere.
@Suite struct PromptAttentionTests {
  /// A sequence of 300 positions as its pages keep it, and its queries, keys and values.
  private static let positions = 300

  private func kept(_ format: KeyValueFormat, heads: Int, size: Int) throws -> (Buffer, Pages) {
    let qkv = Buffer(Self.positions, 3 * heads * size, seed: 7, scale: 2)
    let pages = try Pages(format, capacity: Self.positions, heads: heads, headSize: size)
    withExtendedLifetime(qkv) {
      pages.withView { $0.write(qkv.matrix, from: 0, on: Workers(count: 2)) }
    }
    return (qkv, pages)
  }

  /// Attention of `Attention.forward` over keys and values rounded as the pages round them.
  private func whole(
    _ qkv: Buffer, _ format: KeyValueFormat, heads: Int, size: Int, _ precision: Precision
  ) -> [Float] {
    let rounded = Buffer(Self.positions, 3 * heads * size, qkv.values)
    if format == .fp16 {
      for row in 0..<Self.positions {
        for column in heads * size..<3 * heads * size {
          rounded.matrix[row][column] = Float(Float16(rounded.matrix[row][column]))
        }
      }
    }
    let output = Buffer(unset: Self.positions, heads * size)
    let logSumExp = Buffer(unset: heads, Self.positions)
    withExtendedLifetime((rounded, logSumExp)) {
      Attention.forward(
        rounded.matrix, sequences: Sequences(batchSize: 1, sequenceLength: Self.positions), heads: heads,
        into: output.matrix, logSumExp: logSumExp.matrix, precision: precision, on: Workers(count: 2))
    }
    return output.values
  }

  /// In any pieces, on any number of threads: the bits of the whole.
  @Test(
    arguments: [(1, 1), (2, 5), (3, 16), (2, 37), (1, 64)],
    [(KeyValueFormat.fp32, Precision.fp32), (.fp16, .fp32), (.fp16, .bf16), (.fp32, .bf16)])
  func anyPiecesAreTheWhole(
    shape: (heads: Int, size: Int), kind: (format: KeyValueFormat, precision: Precision)
  ) throws {
    let (heads, size) = shape
    let (qkv, pages) = try kept(kind.format, heads: heads, size: size)
    let expected = whole(qkv, kind.format, heads: heads, size: size, kind.precision)
    for (ends, threads) in [([300], 1), ([1, 2, 33, 64, 300], 2), ([200, 265, 300], 3)] {
      let output = Buffer(unset: Self.positions, heads * size)
      for (start, end) in zip([0] + ends, ends) {
        withExtendedLifetime(qkv) {
          pages.withView { view in
            PromptAttention.forward(
              qkv.matrix.rows(start..<end), of: view, from: start, into: output.matrix.rows(start..<end),
              precision: kind.precision, on: Workers(count: threads))
          }
        }
      }
      #expect(output.values.map(\.bitPattern) == expected.map(\.bitPattern), "pieces that end at \(ends)")
    }
  }
}
