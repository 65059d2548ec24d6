import GPT2Kernels
import GPT2Lessons
import TestSupport
import Testing

/// Against numpy's singular value decomposition, which dev/reference/lessons/principal_components.py ran.
@Suite struct EmbeddingMapTests {
  private struct Case: Decodable {
    var rows: [[Double]]
    var mean: [Double]
    var axes: [[Double]]
    var variances: [Double]
  }

  @Test func axesAreNumPys() throws {
    let cases: [Case] = try LessonTrace.decode("principal_components")
    #expect(cases.count == 5)
    for expected in cases {
      let found = PrincipalComponents(of: expected.rows)
      #expect(Closeness.error(of: found.mean, against: expected.mean) < 1e-14)
      #expect(found.axes.count == expected.axes.count)
      #expect(Closeness.error(of: found.variances, against: expected.variances) < 1e-12)
      for (axis, other) in zip(found.axes, expected.axes) {
        #expect(Closeness.error(of: axis, against: other) < 1e-10)
      }
      #expect(abs(found.share(ofFirst: expected.axes.count) - 1) < 1e-12)
    }
  }

  @Test func whereNothingDiffersAllStandsAtTheOrigin() {
    let found = PrincipalComponents(of: [[3, 4], [3, 4], [3, 4]])
    #expect(found.axes.isEmpty && found.share(ofFirst: 2) == 0)
    #expect(found.projection(of: [3, 4], onFirst: 2) == [0, 0])
    // A single number has a place on a line.
    let line = PrincipalComponents(of: [[1], [4]])
    #expect(line.projection(of: [4], onFirst: 2) == [4, 0] && line.share(ofFirst: 1) == 1)
  }

  @Test func momentsAreDenserAtTheStart() {
    var values: [Float] = [1, 2, 3, 4]
    values.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      var history = EmbeddingHistory(steps: 900)
      for step in 0...900 {
        base[0] = Float(step)
        history.note(step, Matrix(base, rows: 2, columns: 2))
      }
      #expect(history.moments.map(\.step) == (0...30).map { $0 * $0 })
      #expect(history.moments[3].rows == [[9, 2], [3, 4]])
      var short = EmbeddingHistory(steps: 2)
      for step in 0...2 { short.note(step, Matrix(base, rows: 2, columns: 2)) }
      #expect(short.moments.map(\.step) == [0, 1, 2])
    }
  }

  /// Two letters that move along one direction each, far and less far, and one that does not.
  @Test func thePlaneIsThatOfTheLettersWays() throws {
    var history = EmbeddingHistory(steps: 1)
    #expect(EmbeddingMap(history) == nil && history.changes == nil)
    var values: [Float] = [0, 0, 5, 7, 1, 1, 2, 3, 4]
    values.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      history.note(0, Matrix(base, rows: 3, columns: 3))
      base[1] += 8
      base[5] -= 2
      history.note(1, Matrix(base, rows: 3, columns: 3))
    }
    #expect(history.changes == [[0, 8, 0], [0, 0, -2], [0, 0, 0]])
    let map = try #require(EmbeddingMap(history))
    #expect(map.steps == [0, 1] && abs(map.share - 1) < 1e-12)
    #expect(map.places[0][2] == map.places[1][2], "what does not move stays on the map")
    for (letter, way) in [(0, 8.0), (1, 2)] {
      let (start, end) = (map.places[0][letter], map.places[1][letter])
      // All of the way lies in the plane, which keeps its length.
      let length = ((end[0] - start[0]) * (end[0] - start[0]) + (end[1] - start[1]) * (end[1] - start[1]))
        .squareRoot()
      #expect(abs(length - way) < 1e-9)
    }
    #expect(map.places.joined().allSatisfy { map.range.x.contains($0[0]) && map.range.y.contains($0[1]) })
  }
}
