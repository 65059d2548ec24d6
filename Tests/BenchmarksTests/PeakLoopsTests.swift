import GPT2Kernels
import Testing

@testable import GPT2Benchmarks

/// The loops compute what they say, so that their speed is the speed of something.
@Suite struct PeakLoopsTests {
  /// Each round adds ½·¼ to each lane of each chain. `portable` halves it and adds ¼.
  @Test(arguments: KernelSet.available)
  func multiplyAdd(kernels: KernelSet) {
    let loop = kernels.peakLoop(of: .fp32)
    let lanes = Float(loop.operationsPerRound / 2)
    let start = loop.run(0, 0.5, 0.25)
    #expect(start > 0)
    let isPortable = [.portable, .openBLAS].contains(
      kernels.name == .openBLAS ? KernelSet.fastest.name : kernels.name)
    #expect(loop.run(1, 0.5, 0.25) == (isPortable ? start * 0.5 + lanes * 0.25 : start + lanes * 0.125))
    #expect(loop.run(2, 0.5, 0.25) == (isPortable ? start * 0.25 + lanes * 0.375 : start + lanes * 0.25))
  }

  /// Each round adds ½·¼ twice to each lane. AMX's loop has tiles in place of lanes.
  @Test(arguments: KernelSet.available.filter { $0.multipliesPairs && $0.name != .amx })
  func pairs(kernels: KernelSet) {
    let loop = kernels.peakLoop(of: .bf16)
    let lanes = Float(loop.operationsPerRound / 4)
    let start = loop.run(0, 0.5, 0.25)
    #expect(start > 0)
    #expect(loop.run(1, 0.5, 0.25) == start + lanes * 0.25)
    #expect(loop.run(8, 0.5, 0.25) == start + lanes * 2)
  }

  @Test func memory() {
    var values = [Float](repeating: 2, count: 64 * 3)
    values.withUnsafeMutableBufferPointer {
      PeakLoops.update($0, by: 1.5)
      #expect(PeakLoops.read($0) == 3 * 64 * 3)
    }
    #expect(values.allSatisfy { $0 == 3 })
  }
}
