import CKernels

/// A weight matrix of 32-value blocks, sixteen rows side by side: what `QuantizedGEMV` reads front to back.
///
/// A panel is sixteen rows; of each block of 32 columns it holds the rows' sixteen scales in fp16, then vectors of
/// four bytes a row: of q8 eight, each of four columns, plus 128; of q4 four, whose low halves are four of the
/// block's first sixteen columns and whose high halves four of the others. It takes the bytes that the rows took.
public struct RepackedWeights {
  public let format: WeightFormat
  public let base: UnsafeRawPointer
  public let rows: Int
  public let columns: Int

  @inline(__always) static var panelRows: Int { 16 }

  /// A view of what `pack` wrote.
  public init(_ format: WeightFormat, _ base: UnsafeRawPointer, rows: Int, columns: Int) {
    precondition(format.blockValues == 32 && columns % 32 == 0, "no panels of such a format or width")
    self.format = format
    self.base = base
    self.rows = rows
    self.columns = columns
  }

  /// Bytes of a matrix's panels.
  public static func byteCount(of matrix: EncodedMatrix) -> Int {
    (matrix.rows + panelRows - 1) / panelRows * panelRows * matrix.rowBytes
  }

  var blocks: Int { columns / 32 }
  var panels: Int { (rows + Self.panelRows - 1) / Self.panelRows }
  /// Bytes of one block of a panel.
  var blockBytes: Int { Self.panelRows * format.blockBytes }
  var panelBytes: Int { blocks * blockBytes }

  /// Writes a matrix's panels; rows that are missing in the last are 0.
  public static func pack(
    _ matrix: EncodedMatrix, into target: UnsafeMutableRawPointer, on workers: Workers
  ) -> RepackedWeights {
    let result = RepackedWeights(
      matrix.format, UnsafeRawPointer(target), rows: matrix.rows, columns: matrix.columns)
    workers.run(over: result.panels, inRangesOf: 16) { panels in
      for panel in panels {
        for row in 0..<panelRows {
          let bytes = target + panel * result.panelBytes
          let line = panel * panelRows + row
          if line < matrix.rows {
            packRow(matrix.base + line * matrix.rowBytes, row, result, into: bytes)
          } else {
            clearRow(row, result, in: bytes)
          }
        }
      }
    }
    return result
  }

  private static func packRow(
    _ line: UnsafeRawPointer, _ row: Int, _ layout: RepackedWeights, into panel: UnsafeMutableRawPointer
  ) {
    let (sourceBytes, targetBytes) = (layout.format.blockBytes, layout.blockBytes)
    // q8's bytes have a sign, and the product wants them without.
    let flip: UInt32 = layout.format == .q8 ? 0x8080_8080 : 0
    for block in 0..<layout.blocks {
      let source = line + block * sourceBytes
      let target = panel + block * targetBytes
      target.storeBytes(of: source.loadUnaligned(as: UInt16.self), toByteOffset: 2 * row, as: UInt16.self)
      for quad in 0..<(sourceBytes - 2) / 4 {
        let bytes = source.loadUnaligned(fromByteOffset: 2 + 4 * quad, as: UInt32.self)
        target.storeBytes(of: bytes ^ flip, toByteOffset: 32 + 64 * quad + 4 * row, as: UInt32.self)
      }
    }
  }

  private static func clearRow(_ row: Int, _ layout: RepackedWeights, in panel: UnsafeMutableRawPointer) {
    for block in 0..<layout.blocks {
      let target = panel + block * layout.blockBytes
      target.storeBytes(of: 0, toByteOffset: 2 * row, as: UInt16.self)
      for quad in 0..<(layout.format.blockBytes - 2) / 4 {
        target.storeBytes(of: 0, toByteOffset: 32 + 64 * quad + 4 * row, as: UInt32.self)
      }
    }
  }
}
