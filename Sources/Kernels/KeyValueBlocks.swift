/// One layer's keys and values of one sequence, as far as it has been read: a view, laid out for one new query
/// after the other.
///
/// Each head has its own stretch: its keys in blocks of sixteen positions, (blocks, h, 16), so that sixteen
/// scores are a vector, then its values, (positions, h). h is rounded up to whole vectors, the rest being 0.
public struct KeyValueBlocks {
  let base: UnsafeMutablePointer<Float>
  let capacity: Int
  let heads: Int
  let headSize: Int

  /// - Parameters:
  ///   - base: `count(capacity:heads:headSize:)` values, zeroed before the first position is written.
  ///   - capacity: Positions there is room for.
  public init(_ base: UnsafeMutablePointer<Float>, capacity: Int, heads: Int, headSize: Int) {
    self.base = base
    self.capacity = capacity
    self.heads = heads
    self.headSize = headSize
  }

  /// Values that so many positions take; `nil` if the count overflows.
  public static func count(capacity: Int, heads: Int, headSize: Int) -> Int? {
    let padded = wholeVectors(headSize)
    let (one, overflow) = (2 * wholeVectors(capacity)).multipliedReportingOverflow(by: padded)
    let (all, more) = one.multipliedReportingOverflow(by: heads)
    return overflow || more ? nil : all
  }

  var paddedSize: Int { Self.wholeVectors(headSize) }

  /// (blocks, h, 16)
  func keys(_ head: Int) -> UnsafeMutablePointer<Float> {
    base + 2 * head * Self.wholeVectors(capacity) * paddedSize
  }

  /// (positions, h)
  func values(_ head: Int) -> UnsafeMutablePointer<Float> {
    keys(head) + Self.wholeVectors(capacity) * paddedSize
  }

  /// Writes a position's keys and values.
  public func write(
    keys: UnsafePointer<Float>,  // (C)
    values: UnsafePointer<Float>,  // (C)
    at position: Int
  ) {
    precondition((0..<capacity).contains(position), "no such position")
    let (block, lane) = position.quotientAndRemainder(dividingBy: Vectors.width)
    for head in 0..<heads {
      let target = self.keys(head) + block * paddedSize * Vectors.width + lane
      for channel in 0..<headSize {
        target[channel * Vectors.width] = keys[head * headSize + channel]
      }
      (self.values(head) + position * paddedSize).update(from: values + head * headSize, count: headSize)
    }
  }

  /// Writes the first positions of another sequence's.
  public func copy(_ positions: Int, from other: KeyValueBlocks) {
    precondition(positions <= capacity && positions <= other.capacity, "no such positions")
    precondition(heads == other.heads && headSize == other.headSize, "shapes disagree")
    let count = Self.wholeVectors(positions) * paddedSize
    for head in 0..<heads {
      keys(head).update(from: other.keys(head), count: count)
      values(head).update(from: other.values(head), count: count)
    }
  }

  private static func wholeVectors(_ count: Int) -> Int {
    (count + Vectors.width - 1) / Vectors.width * Vectors.width
  }
}
