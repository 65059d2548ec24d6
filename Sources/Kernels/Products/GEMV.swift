import CGPT2Kernels
import GPT2WeightFormats

/// y = x·Wᵀ + b for a few rows of x, a token's or several sequences': each weight is read once, from where it is
/// stored, so that the memory's speed is the limit.
///
/// A weight that is not fp32 is widened exactly; the arithmetic is fp32. A row of y is the same bits whatever
/// other rows are computed with it, and on any number of threads.
enum GEMV {
  /// Bytes of weights that a thread takes at a time: enough for the processor to see a pattern in the addresses,
  /// few enough for two threads to end together.
  private static let partBytes = 1 << 17
  /// Rows of weights that a kernel takes at a time.
  private static let groupRows = 16

  /// - Precondition: The weight's format has no blocks.
  static func run(
    _ input: Matrix,  // (R, IC)
    _ weight: EncodedMatrix,  // (OC, IC)
    into output: Matrix,  // (R, OC)
    epilogue: Epilogue, on workers: Workers
  ) {
    guard let type = weight.format.valueType else {
      preconditionFailure("blocks are multiplied as they are repacked")
    }
    let kernels = workers.kernels.table.gemv
    let multiply = type == CK_FP16 ? kernels.1 : type == CK_BF16 ? kernels.2 : kernels.0
    let lines = max(1, partBytes / max(1, weight.rowBytes) / groupRows) * groupRows
    workers.run(over: weight.rows, inRangesOf: lines) { columns in
      let (output, epilogue) = (output.columns(columns), epilogue.block(0..<input.rows, columns))
      let lines = weight.rows(columns)
      multiply(
        input.base, input.stride, input.rows, lines.base, lines.rowBytes, lines.rows, lines.columns,
        ck_output(output, epilogue, isFirst: true))
      epilogue.finish(output, workers.kernels)
    }
  }
}
