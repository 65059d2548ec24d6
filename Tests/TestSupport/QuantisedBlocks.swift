import Foundation
import GPT2WeightFormats

/// Blocks of a quantised format, and what the Python package of ggml makes of them: see
/// dev/reference/make_quantised_blocks.py.
package struct QuantisedBlocks: Sendable {
  /// In the order of the file.
  package static let formats: [WeightFormat] = [
    .q8_0, .q4_0, .q4_1, .q5_0, .q5_1, .q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .iq4_nl, .iq4_xs,
    .iq1_s, .iq1_m, .iq2_xxs, .iq2_xs, .iq2_s, .iq3_xxs, .iq3_s, .tq1_0, .tq2_0, .q1_0, .q2_0, .mxfp4, .nvfp4,
  ]
  /// Those that the kernels multiply, and those that are decoded for them.
  package static let multiplied = formats.filter { !decoded.contains($0) }
  package static let decoded: [WeightFormat] = [.mxfp4, .nvfp4]
  /// The first so many have awkward scales: zeros, subnormal ones, the largest.
  package static let awkward = 8
  package static let count = 16

  /// (count, bytes of a block)
  package let bytes: [[UInt8]]
  /// (count, values of a block)
  package let values: [[Float]]

  package init(_ format: WeightFormat) throws {
    let path = TestFiles.fixture("quantised_blocks.bin")
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    let size = { (format: WeightFormat) in format.blockBytes + 4 * format.blockValues }
    let before = Self.formats.prefix { $0 != format }.reduce(0) { $0 + Self.count * size($1) }
    let blocks = data.dropFirst(before).prefix(Self.count * size(format))
    guard blocks.count == Self.count * size(format) else { throw CocoaError(.fileReadCorruptFile) }
    let all = [UInt8](blocks)
    bytes = (0..<Self.count).map { Array(all[$0 * format.blockBytes..<($0 + 1) * format.blockBytes]) }
    let start = Self.count * format.blockBytes
    values = all.withUnsafeBytes { all in
      (0..<Self.count).map { block in
        (0..<format.blockValues).map { index in
          let place = start + 4 * (block * format.blockValues + index)
          return all.loadUnaligned(fromByteOffset: place, as: Float.self)
        }
      }
    }
  }
}
