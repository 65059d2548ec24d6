/// Why a mixture cannot be fitted.
package enum MixtureError: Error, Equatable, Sendable, CustomStringConvertible {
  case tooFewPoints(found: Int, components: Int)
  /// The point's index, from 0.
  case notFinite(point: Int)
  /// A component's covariance has no inverse: it has shrunk to fewer dimensions than the points have, or overflowed.
  case degenerateCovariance(component: Int, iteration: Int)

  package var description: String {
    switch self {
    case .tooFewPoints(let found, let components):
      "found \(found) points, expected at least \(components), one for each component; take fewer components"
    case .notFinite(let point):
      "point \(point + 1): found a coordinate that is no finite number, expected finite ones; leave the point out"
    case .degenerateCovariance(let component, let iteration):
      "component \(component + 1) at iteration \(iteration): found a covariance without an inverse, expected one that "
        + "spreads in all directions; raise the regularisation, take fewer components, or scale the points"
    }
  }
}
