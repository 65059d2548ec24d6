import Foundation
import TestSupport
import Testing

@testable import GPT2Kernels

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

  /// With keys and values in fp16 the reference has them rounded likewise, by Swift's own Float16.
  @Test(arguments: [(1, 1), (2, 5), (3, 16), (2, 37), (1, 64)], [KeyValueFormat.fp32, .fp16])
  func everyPosition(shape: (heads: Int, size: Int), format: KeyValueFormat) throws {
    let (heads, size) = shape
    let (channels, positions) = (heads * size, 70)
    let qkv = Buffer(positions, 3 * channels, seed: 1, scale: 2)
    let cache = try Pages(format, capacity: positions, heads: heads, headSize: size)
    let output = Buffer(unset: 1, channels)
    var (outputs, expected): ([Float], [Double]) = ([], [])
    for position in 0..<positions {
      cache.write(qkv.matrix, row: position, at: position)
      cache.withView { view in
        CachedAttention.forward(
          qkv.matrix.rows(position..<position + 1), [.init(of: view, at: position)], into: output.matrix,
          on: Workers(count: 2))
      }
      let rows = (0...position).map { qkv.matrix[$0].map(Double.init) }
      let kept = format == .fp32 ? rows : rows.map { $0.map { Double(Float16($0)) } }
      outputs += output.values
      expected += (0..<heads).flatMap { head -> [Double] in
        let part = { (start: Int) in start + head * size..<start + (head + 1) * size }
        return Self.reference(
          Array(rows[position][part(0)]), kept.map { Array($0[part(channels)]) },
          kept.map { Array($0[part(2 * channels)]) })
      }
    }
    expectClose(outputs, expected)
    withExtendedLifetime((qkv, output)) {}
  }

  /// What fp16 cannot hold is cut to its largest number; NaN stays, so that it shows.
  @Test func largeValuesStayFinite() throws {
    let cache = try Pages(.fp16, capacity: 2, heads: 1, headSize: 1)
    let (q, key) = (Float(0.5), Float(1e6))
    let output = Buffer(unset: 1, 1)
    for (position, value) in [Float(-3e38), .nan].enumerated() {
      let qkv = Buffer(1, 3, seed: 1)
      for (index, number) in [q, key, value].enumerated() { qkv.matrix[0][index] = number }
      cache.write(qkv.matrix, row: 0, at: position)
      withExtendedLifetime(qkv) {
        cache.withView {
          CachedAttention.forward(
            qkv.matrix, [.init(of: $0, at: position)], into: output.matrix, on: Workers(count: 1))
        }
      }
      #expect(position == 0 ? output.values[0] == -65504 : output.values[0].isNaN)
    }
  }

  /// Several sequences at once, each at its own position: what each gets alone.
  @Test func sequencesDoNotMeet() throws {
    let (heads, size) = (2, 21)
    let qkv = Buffer(40, 3 * heads * size, seed: 3)
    let caches = try (0..<3).map { _ in try Pages(.fp16, capacity: 40, heads: heads, headSize: size) }
    let positions = [0, 16, 39]
    for (cache, last) in zip(caches, positions) {
      for position in 0...last { cache.write(qkv.matrix, row: (position + last) % 40, at: position) }
    }
    let queries = zip(caches, positions).map { cache, position in
      cache.withView { CachedAttention.Query(of: $0, at: position) }
    }
    // The queries are but views of the caches.
    withExtendedLifetime((caches, qkv)) {
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
  }
}
