import CGPT2Kernels
import GPT2WeightFormats

/// y = x·Wᵀ for a few rows of x and quantised weights, which are multiplied as they are: bytes by bytes, x being rounded
/// to bytes, and each block's sum by both scales. ggml's idea, but not its rounding of x.
///
/// A row of y is the same bits whatever other rows are computed with it, on any number of threads, and on any
/// processor, but for the rounding of the blocks' sums.
enum QuantizedGEMV {
  /// Bytes of weights that a thread takes at a time.
  private static let partBytes = 1 << 17

  static func run(
    _ input: Matrix,  // (R, IC)
    _ weight: RepackedWeights,  // (OC, IC)
    into output: Matrix,  // (R, OC)
    epilogue: Epilogue, on workers: Workers
  ) {
    let multiply = workers.kernels.table.gemv_panel
    workers.withScratch(QuantizedRows.words(rows: input.rows, columns: input.columns)) { memory in
      let bytes = QuantizedRows(input, in: memory, workers.kernels).view
      workers.run(over: weight.panels, inRangesOf: max(1, partBytes / weight.panelBytes)) { panels in
        let lines = PanelLayout.rows
        for panel in panels {
          let columns = panel * lines..<min(output.columns, (panel + 1) * lines)
          let epilogue = epilogue.block(0..<input.rows, columns)
          multiply(
            weight.layout.index, bytes, input.rows, weight.base + panel * weight.panelBytes, columns.count,
            ck_output(output.columns(columns), epilogue, isFirst: true))
        }
        let columns = panels.lowerBound * lines..<min(output.columns, panels.upperBound * lines)
        epilogue.block(0..<input.rows, columns).finish(output.columns(columns), workers.kernels)
      }
    }
  }
}
