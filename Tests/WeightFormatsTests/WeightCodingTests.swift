import Foundation
import TestSupport
import Testing

@testable import GPT2WeightFormats

@Suite struct WeightCodingTests {
  /// Awkward values, and what the Python package of ggml makes of them; see dev/reference/make_weight_formats.py.
  private struct Reference {
    var values: [Float]
    var encoded: [WeightFormat: [UInt8]] = [:]
    var decoded: [WeightFormat: [Float]] = [:]

    init() throws {
      let path = TestFiles.fixture("weight_formats.bin")
      var rest = Array(try Data(contentsOf: URL(fileURLWithPath: path)))[...]
      func take(_ count: Int) -> [UInt8] {
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
      }
      func takeFloats(_ count: Int) -> [Float] {
        take(4 * count).withUnsafeBytes { bytes in
          (0..<count).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
      }
      let count = take(4).withUnsafeBytes { Int($0.loadUnaligned(as: Int32.self)) }
      values = takeFloats(count)
      let formats: [WeightFormat] = [.fp16, .bf16, .q8_0, .q4_0]
      for format in formats { encoded[format] = take(try #require(format.byteCount(count))) }
      for format in formats { decoded[format] = takeFloats(count) }
      try #require(rest.isEmpty && count > 1000)
    }
  }

  @Test(arguments: [WeightFormat.fp16, .bf16, .q8_0, .q4_0])
  func encodingAndDecodingEqualGGMLs(format: WeightFormat) throws {
    let reference = try Reference()
    let expected = try #require(reference.encoded[format])
    let bytes = encode(reference.values, as: format)
    for block in 0..<reference.values.count / 32 {
      let size = format.blockBytes * 32 / format.blockValues
      let range = block * size..<(block + 1) * size
      #expect(bytes[range] == expected[range], "values \(reference.values[block * 32..<block * 32 + 32])")
    }
    let decoded = decode(expected, count: reference.values.count, from: format)
    let same = zip(decoded, try #require(reference.decoded[format])).allSatisfy { ours, theirs in
      ours.bitPattern == theirs.bitPattern || ours.isNaN && theirs.isNaN
    }
    #expect(same)
  }

  @Test func fp32IsKept() {
    let values: [Float] = [0, -0.0, 1, -.leastNonzeroMagnitude, .infinity, 3.5]
    #expect(decode(encode(values, as: .fp32), count: 6, from: .fp32) == values)
  }

  /// Against the definition, in double precision: sign, exponent, significand.
  @Test func everyFP16IsDecodedAndEncodedAgain() {
    let patterns = (0...UInt16.max).map { $0 }
    let bytes = patterns.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    let values = decode(bytes, count: patterns.count, from: .fp16)
    let back = encode(values, as: .fp16)
    for (index, bits) in patterns.enumerated() {
      let exponent = Int(bits >> 10 & 31)
      let significand = Double(bits & 0x3FF)
      let value = values[index]
      let again = UInt16(back[2 * index]) | UInt16(back[2 * index + 1]) << 8
      if exponent == 31, significand != 0 {
        #expect(value.isNaN && again & 0x7FFF > 0x7C00)
        continue
      }
      let magnitude =
        exponent == 31
        ? Double.infinity
        : exponent == 0
          ? significand * 0x1p-24
          : (1024 + significand) * Double(sign: .plus, exponent: exponent - 25, significand: 1)
      #expect(Double(value) == (bits >> 15 == 1 ? -magnitude : magnitude) && again == bits)
    }
  }

  @Test func sixteenBitsKeepNaN() {
    let quiet = Float.nan
    let smallest = Float(bitPattern: 0x7F80_0001)
    let largest = Float(bitPattern: 0xFFFF_FFFF)
    for format in [WeightFormat.fp16, .bf16] {
      let decoded = decode(encode([quiet, smallest, largest], as: format), count: 3, from: format)
      #expect(decoded.filter { !$0.isNaN }.isEmpty)
    }
  }

  @Test(
    arguments: [
      (1, 0x3F80), (-0.0, 0x8000), (.infinity, 0x7F80), (-.infinity, 0xFF80),
      (Float(bitPattern: 0x3F80_8000), 0x3F80), (Float(bitPattern: 0x3F81_8000), 0x3F82),
      (Float(bitPattern: 0x3F80_8001), 0x3F81), (.greatestFiniteMagnitude, 0x7F80),
      (.leastNonzeroMagnitude, 0x0000), (Float(bitPattern: 0x0000_8001), 0x0001),
    ] as [(Float, UInt16)])
  func bfloat16RoundsToNearestEven(value: Float, bits: UInt16) {
    #expect(encode([value], as: .bf16) == [UInt8(bits & 0xFF), UInt8(bits >> 8)])
  }

  /// At the largest magnitude all is finite; a step above, it is not.
  @Test(arguments: WeightFormat.encodable)
  func theLargestMagnitudeIsFinite(format: WeightFormat) {
    for sign: Float in [1, -1] {
      let block = [Float](repeating: sign * format.largestMagnitude, count: 32)
      #expect(isFinite(decode(encode(block, as: format), count: 32, from: format)))
      let above = [Float](repeating: sign * format.largestMagnitude * 1.001, count: 32)
      #expect(!isFinite(decode(encode(above, as: format), count: 32, from: format)))
    }
  }

  @Test(arguments: [WeightFormat.q8_0, .q4_0])
  func blocksOfWhatHasNoScaleAreZero(format: WeightFormat) {
    let block = [Float](repeating: 0x1p-130, count: 32)
    #expect(decode(encode(block, as: format), count: 32, from: format).allSatisfy { $0 == 0 })
  }

  private func isFinite(_ values: [Float]) -> Bool { values.allSatisfy { $0.isFinite } }

  private func encode(_ values: [Float], as format: WeightFormat) -> [UInt8] {
    var bytes = [UInt8](repeating: 0xAA, count: format.byteCount(values.count) ?? 0)
    bytes.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      format.encode(values, count: values.count, into: base)
    }
    return bytes
  }

  /// At an odd address.
  private func decode(_ bytes: [UInt8], count: Int, from format: WeightFormat) -> [Float] {
    var values = [Float](repeating: -7, count: count)
    ([0] + bytes).withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      format.decode(base + 1, count: count, into: &values)
    }
    return values
  }
}
