import Foundation
import TestSupport
import Testing

@testable import Kernels

/// One query after the other over a cache, against plain attention in double precision.
@Suite struct CachedAttentionTests {
  /// softmax(q·Kᵀ/√h)·V of one head.
  static func reference(_ q: [Double], _ keys: [[Double]], _ values: [[Double]]) -> [Double] {
    let scale = Double(q.count).squareRoot()
    let scores: [Double] = keys.map { key in
      var sum = 0.0
      for channel in q.indices { sum += q[channel] * key[channel] }
      return sum / scale
    }
    let largest = scores.max() ?? 0
    let weights = scores.map { exp($0 - largest) }
    let total = weights.reduce(0, +)
    return q.indices.map { channel in
      var sum = 0.0
      for position in keys.indices { sum += weights[position] * values[position][channel] }
      return sum / total
    }
  }

  @Test(arguments: [(1, 1), (2, 5), (3, 16), (2, 37), (1, 64)])
  func everyPosition(heads: Int, size: Int) throws {
    let (channels, positions) = (heads * size, 50)
    let qkv = Buffer(positions, 3 * channels, seed: 1, scale: 2)
    let cache = try Cache(capacity: positions, heads: heads, headSize: size)
    let output = Buffer(unset: 1, channels)
    var (outputs, expected): ([Float], [Double]) = ([], [])
    for position in 0..<positions {
      cache.write(qkv.matrix, row: position, at: position)
      CachedAttention.forward(
        qkv.matrix.rows(position..<position + 1), [.init(of: cache.view, at: position)], into: output.matrix,
        on: Workers(count: 2))
      let rows = (0...position).map { qkv.matrix[$0].map(Double.init) }
      outputs += output.values
      expected += (0..<heads).flatMap { head -> [Double] in
        let part = { (start: Int) in start + head * size..<start + (head + 1) * size }
        return Self.reference(
          Array(rows[position][part(0)]), rows.map { Array($0[part(channels)]) },
          rows.map { Array($0[part(2 * channels)]) })
      }
    }
    expectClose(outputs, expected)
  }

  /// Several sequences at once, each at its own position: what each gets alone.
  @Test func sequencesDoNotMeet() throws {
    let (heads, size) = (2, 21)
    let qkv = Buffer(40, 3 * heads * size, seed: 3)
    let caches = try (0..<3).map { _ in try Cache(capacity: 40, heads: heads, headSize: size) }
    let positions = [0, 16, 39]
    for (cache, last) in zip(caches, positions) {
      for position in 0...last { cache.write(qkv.matrix, row: (position + last) % 40, at: position) }
    }
    let queries = zip(caches, positions).map { CachedAttention.Query(of: $0.view, at: $1) }
    expectSameBits { workers in
      let output = Buffer(unset: 3, heads * size)
      CachedAttention.forward(qkv.matrix.rows(5..<8), queries, into: output.matrix, on: workers)
      for row in 0..<3 {
        let alone = Buffer(unset: 1, heads * size)
        CachedAttention.forward(
          qkv.matrix.rows(5 + row..<6 + row), [queries[row]], into: alone.matrix, on: workers)
        #expect(alone.values.map(\.bitPattern) == output.matrix[row].map(\.bitPattern))
      }
      return output.values
    }
  }

  /// Zeroed memory for one layer.
  private final class Cache {
    let view: KeyValueBlocks
    private let memory: UnsafeMutableBufferPointer<Float>

    init(capacity: Int, heads: Int, headSize: Int) throws {
      let count = try #require(KeyValueBlocks.count(capacity: capacity, heads: heads, headSize: headSize))
      memory = .allocate(capacity: count)
      memory.initialize(repeating: 0)
      view = KeyValueBlocks(
        try #require(memory.baseAddress), capacity: capacity, heads: heads, headSize: headSize)
    }

    deinit { memory.deallocate() }

    func write(_ qkv: Matrix, row: Int, at position: Int) {
      let keys = qkv.base + row * qkv.stride + qkv.columns / 3
      view.write(keys: keys, values: keys + qkv.columns / 3, at: position)
    }
  }
}
