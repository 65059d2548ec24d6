import CGPT2Kernels
import GPT2WeightFormats

/// One layer's keys and values of one sequence, as far as it has been read: a view of pages, laid out for one new query
/// after the other.
///
/// A page has the keys and values of `pagePositions` positions that follow one another; pages lie anywhere, and sequences
/// that begin alike may have the same ones (Kwon et al. 2023, arXiv:2309.06180). In a page each head has its own stretch:
/// its keys in blocks of sixteen positions, (blocks, h, 16), so that sixteen scores are a vector, then its values,
/// (positions, h). h is rounded up to whole vectors, the rest being 0.
package struct KeyValueBlocks {
  /// Whole blocks; few enough that a short text wastes little, enough that reading hardly jumps.
  package static let pagePositions = 32

  let format: KeyValueFormat
  /// Where each page begins.
  let pages: UnsafePointer<UnsafeRawPointer>
  /// Bytes from there to this layer's first key.
  let offset: Int
  /// Positions of all pages.
  let capacity: Int
  let heads: Int
  let headSize: Int

  /// - Parameters:
  ///   - pages: Each of at least `pageByteCount(_:heads:headSize:)` bytes behind the offset, writable, and zeroed before the first
  ///     position is written.
  ///   - count: How many there are.
  package init(
    _ format: KeyValueFormat, pages: UnsafePointer<UnsafeRawPointer>, count: Int, offset: Int = 0, heads: Int,
    headSize: Int
  ) {
    self.format = format
    self.pages = pages
    self.offset = offset
    capacity = count * Self.pagePositions
    self.heads = heads
    self.headSize = headSize
  }

  /// Bytes that a layer takes of a page; `nil` if the count overflows.
  package static func pageByteCount(_ format: KeyValueFormat, heads: Int, headSize: Int) -> Int? {
    let (padded, overflow) = headSize.addingReportingOverflow(Vectors.width - 1)
    guard !overflow else { return nil }
    let position = (padded / Vectors.width * Vectors.width)
      .multipliedReportingOverflow(by: 2 * pagePositions * format.byteCount)
    let all = position.partialValue.multipliedReportingOverflow(by: heads)
    return position.overflow || all.overflow ? nil : all.partialValue
  }

  /// h, rounded up to whole vectors.
  var paddedSize: Int { (headSize + Vectors.width - 1) / Vectors.width * Vectors.width }

  /// Bytes of a head's keys in a page, and of its values.
  private var stretch: Int { Self.pagePositions * paddedSize * format.byteCount }

  /// As the kernels take a head.
  func view(of head: Int) -> ck_pages {
    ck_pages(bases: pages, offset: offset + 2 * head * stretch, positions: Self.pagePositions)
  }

  /// A head's keys in a page: (blocks, h, 16).
  private func keys(_ head: Int, page: Int) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(mutating: pages[page]) + offset + 2 * head * stretch
  }

  /// Writes a position's keys and values.
  package func write(
    keys: UnsafePointer<Float>,  // (C)
    values: UnsafePointer<Float>,  // (C)
    at position: Int
  ) {
    precondition((0..<capacity).contains(position), "no such position")
    for head in 0..<heads {
      write(head, keys: keys + head * headSize, values: values + head * headSize, at: position)
    }
  }

  /// Writes the keys and values of positions that follow one another, head by head.
  package func write(
    _ qkv: Matrix,  // (R, 3C): query, key, value
    from position: Int, on workers: Workers
  ) {
    let channels = heads * headSize
    precondition(qkv.columns == 3 * channels, "shapes disagree")
    precondition(position >= 0 && position + qkv.rows <= capacity, "no such positions")
    workers.run(parts: heads) { head in
      for row in 0..<qkv.rows {
        let keys = qkv.base + row * qkv.stride + channels + head * headSize
        write(head, keys: keys, values: keys + channels, at: position + row)
      }
    }
  }

  private func write(
    _ head: Int, keys: UnsafePointer<Float>, values: UnsafePointer<Float>, at position: Int
  ) {
    let (page, place) = position.quotientAndRemainder(dividingBy: Self.pagePositions)
    let (block, lane) = place.quotientAndRemainder(dividingBy: Vectors.width)
    let size = format.byteCount
    let start = self.keys(head, page: page)
    let key = start + (block * paddedSize * Vectors.width + lane) * size
    let value = start + stretch + place * paddedSize * size
    for channel in 0..<headSize {
      format.store(keys[channel], to: key + channel * Vectors.width * size)
      format.store(values[channel], to: value + channel * size)
    }
  }

  /// Widens a head's first keys and values to rows.
  func decode(
    _ head: Int,
    keys: Matrix,  // (positions, h)
    values: Matrix,  // (positions, h)
    _ kernels: KernelSet
  ) {
    precondition(keys.rows == values.rows && keys.rows <= capacity, "no such positions")
    precondition(keys.columns == headSize && values.columns == headSize, "shapes disagree")
    for first in stride(from: 0, to: keys.rows, by: Self.pagePositions) {
      let rows = first..<min(keys.rows, first + Self.pagePositions)
      decode(
        self.keys(head, page: first / Self.pagePositions), keys: keys.rows(rows), values: values.rows(rows),
        kernels)
    }
  }

  /// One page of it.
  private func decode(
    _ start: UnsafeRawPointer, keys: Matrix, values: Matrix, _ kernels: KernelSet
  ) {
    let size = format.byteCount
    withUnsafeTemporaryAllocation(of: Float.self, capacity: paddedSize * Vectors.width) { block in
      guard let memory = block.baseAddress else { return }
      for first in stride(from: 0, to: keys.rows, by: Vectors.width) {
        let rows = first..<min(keys.rows, first + Vectors.width)
        format.values.decode(
          start + first * paddedSize * size, count: headSize * Vectors.width, into: memory)
        kernels.table.transpose(
          ck_lines(
            base: memory, lines: headSize, depth: rows.count,
            stride: Vectors.width * MemoryLayout<Float>.stride, type: Int32(CK_FP32), adjacent: 0),
          keys.base + first * keys.stride, keys.stride)
        for row in rows {
          format.values.decode(
            start + stretch + row * paddedSize * size, count: headSize,
            into: values.base + row * values.stride)
        }
      }
    }
  }
}
