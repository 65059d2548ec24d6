/// A training that has left the finite numbers, from which it does not come back.
package struct DivergenceError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The last update before it; 0 for the start.
  let step: Int
  let loss: Double

  /// - Throws: `DivergenceError` if a loss is infinite or no number.
  static func check(_ loss: Double, after step: Int) throws(DivergenceError) {
    guard loss.isFinite else { throw DivergenceError(step: step, loss: loss) }
  }

  package var description: String {
    // A NaN may have a sign, which says nothing.
    "found a loss of \(loss.isNaN ? "nan" : "\(loss)") after step \(step), expected a finite number; "
      + "try a smaller learning rate"
  }
}
