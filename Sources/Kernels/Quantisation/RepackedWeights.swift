import GPT2WeightFormats

/// A quantised weight matrix, sixteen rows side by side: what `QuantizedGEMV` reads front to back.
///
/// It holds what the rows held, exactly, and in most formats takes the bytes that they took: see `PanelLayout`.
package struct RepackedWeights {
  package let layout: PanelLayout
  package let base: UnsafeRawPointer
  package let rows: Int
  package let columns: Int

  /// A view of what `pack` wrote.
  package init(_ layout: PanelLayout, _ base: UnsafeRawPointer, rows: Int, columns: Int) {
    precondition(columns % layout.blockValues == 0, "no panels of such a width")
    self.layout = layout
    self.base = base
    self.rows = rows
    self.columns = columns
  }

  /// Bytes of a matrix's panels; `nil` if it has no blocks, and is multiplied where it lies.
  package static func byteCount(of matrix: EncodedMatrix) -> Int? {
    guard let layout = matrix.format.layout else { return nil }
    return panels(rows: matrix.rows) * matrix.columns / layout.blockValues * layout.blockBytes
  }

  private static func panels(rows: Int) -> Int { (rows + PanelLayout.rows - 1) / PanelLayout.rows }

  var panels: Int { Self.panels(rows: rows) }
  var panelBytes: Int { columns / layout.blockValues * layout.blockBytes }

  /// Writes a matrix's panels; rows that are missing in the last are 0.
  ///
  /// - Parameter target: Room for `byteCount(of:)` bytes.
  package static func pack(
    _ matrix: EncodedMatrix, into target: UnsafeMutableRawPointer, on workers: Workers
  ) -> RepackedWeights {
    guard let layout = matrix.format.layout else {
      preconditionFailure("\(matrix.format.rawValue) has no panels")
    }
    let result = RepackedWeights(
      layout, UnsafeRawPointer(target), rows: matrix.rows, columns: matrix.columns)
    let panelBytes = result.panelBytes
    workers.run(over: result.panels, inRangesOf: 16) { panels in
      for index in panels {
        let panel = target + index * panelBytes
        let lines = index * PanelLayout.rows..<min(matrix.rows, (index + 1) * PanelLayout.rows)
        if lines.count < PanelLayout.rows {
          panel.initializeMemory(as: UInt8.self, repeating: 0, count: panelBytes)
        }
        for (row, line) in lines.enumerated() {
          matrix.format.regroup(
            matrix.base + line * matrix.rowBytes, count: matrix.columns, row: row, into: panel)
        }
      }
    }
    return result
  }
}
