/// The gradient of a function by central differences: (f(x + h) − f(x − h)) / 2h for each coordinate.
package enum FiniteDifferences {
  /// In double precision, where a step of 1e-5 leaves an error of about 1e-10 of the function's size.
  package static func gradient(
    at point: [Double], step: Double = 1e-5, of function: ([Double]) -> Double
  ) -> [Double] {
    var point = point
    return point.indices.map { index in
      let value = point[index]
      point[index] = value + step
      let above = function(point)
      point[index] = value - step
      let below = function(point)
      point[index] = value
      return (above - below) / (2 * step)
    }
  }
}
