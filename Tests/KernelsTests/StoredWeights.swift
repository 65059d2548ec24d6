import TestSupport
import GPT2WeightFormats

@testable import GPT2Kernels

/// A weight matrix as it is stored, and the values it stands for.
final class StoredWeights {
  let matrix: EncodedMatrix
  /// Row after row.
  let values: [Double]
  private let memory: UnsafeMutableRawPointer

  /// Random ones. Bytes of blocks are drawn as they are, so every one occurs; scales are powers of two and their
  /// multiples, positive and negative. For most formats whole blocks are drawn from those that ggml's package decoded.
  ///
  /// - Parameter offset: From an aligned address to the first row.
  init(_ format: WeightFormat, _ rows: Int, _ columns: Int, seed: UInt64, offset: Int = 0) {
    var random = SeededRandom(seed: seed)
    let known = Self.known[format]
    var bytes: [UInt8] = []
    var values: [Double] = []
    for _ in 0..<rows * columns / format.blockValues {
      let (block, decoded) = known?.block(&random) ?? Self.block(format, &random)
      bytes += block
      values += decoded
    }
    memory = UnsafeMutableRawPointer.allocate(byteCount: bytes.count + offset, alignment: 64)
    (memory + offset).copyMemory(from: bytes, byteCount: bytes.count)
    matrix = EncodedMatrix(format, memory + offset, rows: rows, columns: columns)
    self.values = values
  }

  deinit { memory.deallocate() }

  /// The ordinary blocks that ggml's package decoded, of the formats that are not drawn here.
  private static let known: [WeightFormat: KnownBlocks] = Dictionary(
    uniqueKeysWithValues: QuantisedBlocks.formats.filter { $0 != .q8_0 && $0 != .q4_0 }.compactMap { format in
      (try? QuantisedBlocks(format)).map { (format, KnownBlocks(blocks: $0)) }
    })

  private struct KnownBlocks {
    let blocks: QuantisedBlocks

    func block(_ random: inout SeededRandom) -> ([UInt8], [Double]) {
      let index = Int.random(in: QuantisedBlocks.awkward..<QuantisedBlocks.count, using: &random)
      return (blocks.bytes[index], blocks.values[index].map(Double.init))
    }
  }

  private static func block(_ format: WeightFormat, _ random: inout SeededRandom) -> ([UInt8], [Double]) {
    switch format {
    case .fp32:
      let value = Float.random(in: -2...2, using: &random)
      return (little(value.bitPattern), [Double(value)])
    case .bf16:
      let bits = UInt16(Float.random(in: -2...2, using: &random).bitPattern >> 16)
      return (little(bits), [Double(Float(bitPattern: UInt32(bits) << 16))])
    case .fp16:
      let (bits, value) = half(&random)
      return (little(bits), [value])
    case .q8_0:
      let (bits, scale) = half(&random)
      let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
      return (little(bits) + bytes, bytes.map { scale * Double(Int8(bitPattern: $0)) })
    case .q4_0:
      let (bits, scale) = half(&random)
      let bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
      let halves = bytes.map { $0 & 15 } + bytes.map { $0 >> 4 }
      return (little(bits) + bytes, halves.map { scale * (Double($0) - 8) })
    default:
      preconditionFailure("no blocks of \(format.rawValue) are known")
    }
  }

  /// An fp16 made of its parts: sign, exponent −5…0, fraction.
  private static func half(_ random: inout SeededRandom) -> (bits: UInt16, value: Double) {
    let isNegative = Bool.random(using: &random)
    let exponent = Int.random(in: -5...0, using: &random)
    let fraction = UInt16.random(in: 0..<1024, using: &random)
    let bits = (isNegative ? 0x8000 : 0) | UInt16(exponent + 15) << 10 | fraction
    let size = (1 + Double(fraction) / 1024) / Double(1 << -exponent)
    return (bits, isNegative ? -size : size)
  }

  private static func little<Bits: FixedWidthInteger>(_ bits: Bits) -> [UInt8] {
    withUnsafeBytes(of: bits.littleEndian) { Array($0) }
  }
}
