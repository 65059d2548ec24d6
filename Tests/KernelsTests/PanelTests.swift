import CGPT2Kernels
import TestSupport
import Testing

@testable import GPT2Kernels
@testable import GPT2WeightFormats

/// Rows side by side hold what the rows held, bit for bit.
@Suite struct PanelTests {
  /// Packed for products in fp32, panels are the values themselves.
  @Test(arguments: QuantisedBlocks.multiplied, KernelSet.available)
  func panelsDecodeToGGMLsValues(format: WeightFormat, kernels: KernelSet) throws {
    let reference = try QuantisedBlocks(format)
    for (rows, blocks) in [(1, 1), (15, 2), (17, 3)] {
      // Other blocks in each row.
      let places = (0..<rows * blocks).map { $0 % QuantisedBlocks.count }
      let bytes = places.flatMap { reference.bytes[$0] }
      let expected = places.flatMap { reference.values[$0] }.map(\.bitPattern)
      let columns = blocks * format.blockValues
      let found = bytes.withUnsafeBytes { bytes -> [Float] in
        guard let base = bytes.baseAddress else { return [] }
        return decoded(EncodedMatrix(format, base, rows: rows, columns: columns), kernels)
      }
      #expect(found.map(\.bitPattern) == expected)
    }
  }

  /// Every layout holds every format whose blocks are as long and whose codes it can say, the default ones among them.
  @Test(arguments: [WeightFormat.q3_K, .q6_K, .q2_K, .q4_K])
  func theWidestLayoutHoldsThemToo(format: WeightFormat) throws {
    let type = try #require(format.type as? any QuantizedFormat.Type)
    let reference = try QuantisedBlocks(format)
    let layout = PanelLayout.bytes
    let panel = UnsafeMutableRawPointer.allocate(byteCount: layout.blockBytes, alignment: 64)
    defer { panel.deallocate() }
    let writer = PanelWriter(layout, offset: type.offset)
    for (row, bytes) in reference.bytes.enumerated() {
      bytes.withUnsafeBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        BlockParts.withTemporary(values: format.blockValues) { parts in
          type.takeApart(base, into: &parts)
          writer.write(parts, row: row, into: panel)
        }
      }
    }
    let weight = RepackedWeights(layout, panel, rows: 16, columns: 256)
    let values = values(of: weight, .preferred)
    #expect(values.map(\.bitPattern) == reference.values.joined().map(\.bitPattern))
  }

  private func decoded(_ matrix: EncodedMatrix, _ kernels: KernelSet) -> [Float] {
    let size = RepackedWeights.byteCount(of: matrix) ?? 0
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
    defer { memory.deallocate() }
    return values(of: RepackedWeights.pack(matrix, into: memory, on: Workers(count: 2)), kernels)
  }

  /// Row after row.
  private func values(of weight: RepackedWeights, _ kernels: KernelSet) -> [Float] {
    let kernel = kernels.product(.fp32)
    let (words, width) = (weight.columns, kernel.wholePanels(columns: weight.rows))
    let target = Buffer(unset: words, width)
    kernel.packRight(weight, 0..<weight.rows, 0..<words, into: target.matrix.base, words: words)
    return (0..<weight.rows).flatMap { row in
      (0..<words).map { word in
        let (panel, lane) = row.quotientAndRemainder(dividingBy: kernel.columns)
        return target.matrix.base[(panel * words + word) * kernel.columns + lane]
      }
    }
  }
}
