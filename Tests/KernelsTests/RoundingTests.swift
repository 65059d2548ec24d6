import GPT2Kernels
import TestSupport
import Testing

/// bfloat16, held against arithmetic with whole numbers.
@Suite struct RoundingTests {
  /// The upper sixteen bits, one more if the lower are above the middle, or in the middle and the upper odd.
  private static func rounded(_ value: Float) -> UInt16 {
    let (upper, lower) = (UInt16(value.bitPattern >> 16), UInt16(truncatingIfNeeded: value.bitPattern))
    let isUp = lower > 0x8000 || (lower == 0x8000 && upper % 2 == 1)
    return isUp ? upper + 1 : upper
  }

  private static func value(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

  /// Ties both ways, both signs, subnormal, the largest, infinite; then any.
  private static let special: [Float] =
    [
      0x3F80_8000, 0x3F81_8000, 0x3F80_7FFF, 0x3F80_8001, 0xBF80_8000, 0xBF81_8000, 0x0000_0001, 0x0000_8000,
      0x0001_8000, 0x7F7F_FFFF, 0xFF7F_8000, 0x7F80_0000, 0xFF80_0000, 0, 0x8000_0000,
    ].map { Float(bitPattern: $0) }

  @Test(arguments: oddSizes + [16, 15, (1 << 17) + 3], KernelSet.available)
  func valuesAreRoundedToNearestEven(count: Int, kernels: KernelSet) {
    let workers = Workers(count: 2, kernels: kernels)
    var random = SeededRandom(seed: UInt64(count))
    let values = (0..<count).map { index in
      index < Self.special.count ? Self.special[index] : Float.random(in: -3...3, using: &random)
    }
    let expected = values.map(Self.rounded)

    var inPlace = values
    inPlace.withUnsafeMutableBufferPointer { Rounding.round($0, on: workers) }
    #expect(inPlace.map(\.bitPattern) == expected.map { Self.value($0).bitPattern })

    var bits = [UInt16](repeating: 0x1234, count: count + 1)
    values.withUnsafeBufferPointer { values in
      bits.withUnsafeMutableBufferPointer { bits in
        if let base = bits.baseAddress { Rounding.narrow(values, into: base, on: workers) }
      }
    }
    #expect(bits == expected + [0x1234])

    var widened = [Float](repeating: 7, count: count)
    bits.withUnsafeBufferPointer { bits in
      widened.withUnsafeMutableBufferPointer { widened in
        if let base = bits.baseAddress { Rounding.widen(base, into: widened, on: workers) }
      }
    }
    #expect(widened.map(\.bitPattern) == inPlace.map(\.bitPattern))
  }

  @Test(arguments: KernelSet.available)
  func notANumberStaysOne(kernels: KernelSet) {
    // The upper half of the first alone would be infinity.
    var values = [0x7F80_0001, 0xFF80_0001, 0x7FFF_FFFF, 0xFFFF_FFFF].map { Float(bitPattern: $0) }
    values.withUnsafeMutableBufferPointer { Rounding.round($0, on: Workers(count: 1, kernels: kernels)) }
    #expect(values.allSatisfy { $0.isNaN && $0.bitPattern & 0xFFFF == 0 })
  }

  @Test(arguments: oddSizes)
  func sumsAreRoundedOnce(count: Int) {
    var random = SeededRandom(seed: 3)
    let addend = (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
    let before = (0..<count).map { _ in Float.random(in: -100...100, using: &random) }
    var sums = before
    addend.withUnsafeBufferPointer { addend in
      sums.withUnsafeMutableBufferPointer {
        Addition.add(addend, to: $0, roundedTo: .bf16, on: Workers(count: 2))
      }
    }
    #expect(sums == zip(addend, before).map { Self.value(Self.rounded($0 + $1)) })
  }
}
