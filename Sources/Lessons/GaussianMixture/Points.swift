/// Points of a space of D dimensions, (N, D).
package struct Points: Equatable, Sendable {
  package let dimensions: Int
  /// Point after point.
  package let values: [Double]

  /// - Parameter values: A whole number of points.
  package init(dimensions: Int, values: [Double]) {
    precondition(dimensions > 0 && values.count.isMultiple(of: dimensions), "a part of a point")
    self.dimensions = dimensions
    self.values = values
  }

  package var count: Int { values.count / dimensions }

  package subscript(index: Int) -> ArraySlice<Double> {
    values[index * dimensions..<(index + 1) * dimensions]
  }

  /// The first point with a coordinate that is no finite number.
  var firstNotFinite: Int? { values.firstIndex { !$0.isFinite }.map { $0 / dimensions } }

  /// The mean of each coordinate, (D).
  var mean: [Double] {
    (0..<dimensions).map { column in
      (0..<count).reduce(0.0) { $0 + values[$1 * dimensions + column] } / Double(count)
    }
  }

  /// What the whole of the points spreads, (D, D): Σ (x − mean)·(x − mean)ᵀ / N.
  var covariance: [Double] {
    let mean = mean
    var sums = [Double](repeating: 0, count: dimensions * dimensions)
    for index in 0..<count {
      let difference = zip(self[index], mean).map(-)
      for row in 0..<dimensions {
        for column in 0..<dimensions {
          sums[row * dimensions + column] += difference[row] * difference[column]
        }
      }
    }
    return sums.map { $0 / Double(count) }
  }
}
