import WeightFormats

/// How keys and values are kept.
public enum KeyValueFormat: Sendable {
  case fp32
  /// Half the memory to read for every token. Keys and values beyond fp16's range become its largest numbers.
  case fp16

  /// Of one value.
  public var byteCount: Int {
    switch self {
    case .fp32: 4
    case .fp16: 2
    }
  }

  @inline(__always)
  func store(_ value: Float, to target: UnsafeMutableRawPointer) {
    switch self {
    case .fp32: target.storeBytes(of: value, as: Float.self)
    case .fp16:
      let largest: Float = 65504
      // Not by min and max, which lose NaN.
      let finite = value > largest ? largest : value < -largest ? -largest : value
      target.storeBytes(of: HalfFloat.bits(rounding: finite), as: UInt16.self)
    }
  }
}

/// One layer's keys and values of one sequence, as far as it has been read: a view, laid out for one new query
/// after the other.
///
/// Each head has its own stretch: its keys in blocks of sixteen positions, (blocks, h, 16), so that sixteen
/// scores are a vector, then its values, (positions, h). h is rounded up to whole vectors, the rest being 0.
public struct KeyValueBlocks {
  let format: KeyValueFormat
  let base: UnsafeMutableRawPointer
  let capacity: Int
  let heads: Int
  let headSize: Int

  /// - Parameters:
  ///   - base: `byteCount(_:capacity:heads:headSize:)` bytes, zeroed before the first position is written.
  ///   - capacity: Positions there is room for.
  public init(
    _ format: KeyValueFormat, _ base: UnsafeMutableRawPointer, capacity: Int, heads: Int, headSize: Int
  ) {
    self.format = format
    self.base = base
    self.capacity = capacity
    self.heads = heads
    self.headSize = headSize
  }

  /// Bytes that so many positions take; `nil` if the count overflows.
  public static func byteCount(_ format: KeyValueFormat, capacity: Int, heads: Int, headSize: Int) -> Int? {
    let padded = wholeVectors(headSize) * format.byteCount
    let (one, overflow) = (2 * wholeVectors(capacity)).multipliedReportingOverflow(by: padded)
    let (all, more) = one.multipliedReportingOverflow(by: heads)
    return overflow || more ? nil : all
  }

  /// h, rounded up to whole vectors.
  var paddedSize: Int { Self.wholeVectors(headSize) }

  /// Bytes of a head's keys, and of its values.
  private var stretch: Int { Self.wholeVectors(capacity) * paddedSize * format.byteCount }

  /// (blocks, h, 16)
  func keys(_ head: Int) -> UnsafeMutableRawPointer { base + 2 * head * stretch }

  /// (positions, h)
  func values(_ head: Int) -> UnsafeMutableRawPointer { keys(head) + stretch }

  /// Writes a position's keys and values.
  public func write(
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
  public func write(
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
    let (block, lane) = position.quotientAndRemainder(dividingBy: Vectors.width)
    let size = format.byteCount
    let key = self.keys(head) + (block * paddedSize * Vectors.width + lane) * size
    let value = self.values(head) + position * paddedSize * size
    for channel in 0..<headSize {
      format.store(keys[channel], to: key + channel * Vectors.width * size)
      format.store(values[channel], to: value + channel * size)
    }
  }

  /// Writes the first positions of another sequence's.
  public func copy(_ positions: Int, from other: KeyValueBlocks) {
    precondition(positions <= capacity && positions <= other.capacity, "no such positions")
    precondition(
      heads == other.heads && headSize == other.headSize && format == other.format, "shapes disagree")
    let bytes = Self.wholeVectors(positions) * paddedSize * format.byteCount
    for head in 0..<heads {
      keys(head).copyMemory(from: other.keys(head), byteCount: bytes)
      values(head).copyMemory(from: other.values(head), byteCount: bytes)
    }
  }

  private static func wholeVectors(_ count: Int) -> Int {
    (count + Vectors.width - 1) / Vectors.width * Vectors.width
  }
}
