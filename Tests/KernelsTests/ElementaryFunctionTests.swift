import CGPT2Kernels
import Foundation
import Testing

@testable import GPT2Kernels

/// exp as softmax takes it, in every set.
@Suite struct ElementaryFunctionTests {
  static func exp(_ values: [Float], _ kernels: KernelSet) -> [Float] {
    let buffer = Buffer(1, values.count, values)
    _ = kernels.table.exponentiate(buffer.matrix.base, 0, values.count)
    return buffer.values
  }

  /// 1.5e-7 where a multiplication and an addition fuse, a little more where they do not.
  @Test(arguments: KernelSet.available, [(-87.3, 88.7), (-1, 1)] as [(Float, Float)])
  func expIsWithinItsStatedError(kernels: KernelSet, range: (low: Float, high: Float)) {
    let points = (0..<32000).map { range.low + (range.high - range.low) * Float($0) / 32000 }
    let errors = zip(points, Self.exp(points, kernels)).map { x, y in
      abs(Double(y) / Foundation.exp(Double(x)) - 1)
    }
    #expect((errors.max() ?? 1) < (kernels.name == .portable ? 2.5e-7 : 1.5e-7))
  }

  @Test(arguments: KernelSet.available)
  func expAtTheEndsOfTheRangeAndBeyond(kernels: KernelSet) {
    let y = Self.exp([-.infinity, .infinity, .nan, 1e30, -1e30, 89, -104.5, -100, 88.72, 0], kernels)
    #expect(y[0] == 0 && y[1] == .infinity && y[2].isNaN && y[3] == .infinity && y[4] == 0)
    #expect(y[5] == .infinity && y[6] == 0)
    #expect(abs(y[7] - Foundation.exp(-100)) <= 2 * Float.leastNonzeroMagnitude)
    #expect(y[8].isFinite && y[9] == 1)
  }
}
