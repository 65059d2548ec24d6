import Testing

@testable import GPT2Kernels

/// Zeroed pages of one layer's keys and values, some bytes of another's before them.
final class Pages {
  private let view: KeyValueBlocks
  private let memory: [UnsafeMutableRawBufferPointer]
  private let bases: UnsafeMutablePointer<UnsafeRawPointer>

  init(_ format: KeyValueFormat, capacity: Int, heads: Int, headSize: Int) throws {
    let count = (capacity + KeyValueBlocks.pagePositions - 1) / KeyValueBlocks.pagePositions
    let bytes = try #require(KeyValueBlocks.pageByteCount(format, heads: heads, headSize: headSize))
    memory = (0..<count).map { _ in
      let page = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 + bytes, alignment: 64)
      page.initializeMemory(as: UInt8.self, repeating: 0)
      return page
    }
    bases = .allocate(capacity: count)
    for (index, page) in memory.enumerated() {
      (bases + index).initialize(to: UnsafeRawPointer(try #require(page.baseAddress)))
    }
    view = KeyValueBlocks(
      format, pages: bases, count: count, offset: 64, heads: heads, headSize: headSize)
  }

  deinit {
    for page in memory { page.deallocate() }
    bases.deallocate()
  }

  /// Calls `body` with a view of the pages, which are held as long as it runs.
  func withView<Result>(_ body: (KeyValueBlocks) throws -> Result) rethrows -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(view)
  }

  func write(_ qkv: Matrix, row: Int, at position: Int) {
    let keys = qkv.base + row * qkv.stride + qkv.columns / 3
    view.write(keys: keys, values: keys + qkv.columns / 3, at: position)
  }
}
