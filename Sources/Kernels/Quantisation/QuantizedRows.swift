import CGPT2Kernels

/// Rows of x rounded to bytes, block by block of 32 values: x ≈ scale · byte, with the block's largest at ±127.
struct QuantizedRows {
  /// As the kernels take it.
  let view: ck_byte_rows

  /// Words of memory for so many rows.
  static func words(rows: Int, columns: Int) -> Int { rows * (columns / 32) * (8 + 1 + 2) }

  /// - Parameter memory: `words(rows:columns:)` of it.
  init(_ source: Matrix, in memory: UnsafeMutablePointer<Float>, _ kernels: KernelSet) {
    precondition(source.columns % 32 == 0, "no whole blocks")
    let blocks = source.columns / 32
    let count = source.rows * blocks
    let raw = UnsafeMutableRawPointer(memory + count)
    view = ck_byte_rows(
      bytes: (raw + 8 * count).bindMemory(to: Int8.self, capacity: count * 32), scales: memory,
      sums: raw.bindMemory(to: Int32.self, capacity: 2 * count), blocks: blocks)
    for row in 0..<source.rows {
      for block in 0..<blocks {
        kernels.table.round_to_bytes(
          source.base + row * source.stride + block * 32, row * blocks + block, view)
      }
    }
  }
}
