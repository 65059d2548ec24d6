import GPT2RandomNumbers

extension GaussianMixture {
  /// Where a fit may begin: means at points that are far from each other (k-means++, Arthur and Vassilvitskii 2007: each
  /// next one is drawn in proportion to its squared distance from the nearest so far), all of the same weight, all as
  /// wide as the points together.
  ///
  /// - Parameter regularisation: Added to the diagonal of the covariances.
  /// - Throws: `MixtureError` if there are fewer points than components, or a coordinate is no finite number.
  package static func start(
    for points: Points, components: Int, regularisation: Double, using generator: inout XorShift
  ) throws(MixtureError) -> GaussianMixture {
    precondition(components > 0, "a mixture of nothing")
    try points.check(components: components)
    let d = points.dimensions
    var covariance = points.covariance
    for row in 0..<d { covariance[row * d + row] += regularisation }
    var distances = [Double](repeating: 1, count: points.count)
    var means: [[Double]] = []
    for number in 0..<components {
      let mean = Array(points[draw(distances, at: Double(generator.nextFloat()))])
      means.append(mean)
      for index in distances.indices {
        let distance = zip(points[index], mean).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        distances[index] = number == 0 ? distance : min(distances[index], distance)
      }
    }
    return GaussianMixture(
      means.map { Component(weight: 1 / Double(components), mean: $0, covariance: covariance) })
  }

  /// An index, drawn in proportion to the weights; evenly if all are 0, as when all points are one.
  private static func draw(_ weights: [Double], at coin: Double) -> Int {
    let sum = weights.reduce(0, +)
    guard sum > 0, sum.isFinite else { return min(Int(coin * Double(weights.count)), weights.count - 1) }
    var passed = 0.0
    let index = weights.firstIndex { weight in
      passed += weight
      return coin * sum < passed
    }
    return index ?? weights.count - 1
  }

  /// Points drawn from the mixture.
  ///
  /// - Throws: `MixtureError.degenerateCovariance`.
  package func sample(_ count: Int, using generator: inout XorShift) throws(MixtureError) -> Points {
    var factors: [Cholesky] = []
    for (index, component) in components.enumerated() {
      guard let factor = Cholesky(component.covariance, dimensions: dimensions) else {
        throw .degenerateCovariance(component: index, iteration: 0)
      }
      factors.append(factor)
    }
    var values: [Double] = []
    for _ in 0..<count {
      let k = Self.draw(components.map(\.weight), at: Double(generator.nextFloat()))
      var normals: [Double] = []
      while normals.count < dimensions {
        let (first, second) = generator.nextNormals()
        normals += [first, second]
      }
      values += zip(components[k].mean, factors[k].times(Array(normals.prefix(dimensions)))).map(+)
    }
    return Points(dimensions: dimensions, values: values)
  }
}
