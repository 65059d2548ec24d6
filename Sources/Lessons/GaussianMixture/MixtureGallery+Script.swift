import GPT2BinaryFiles
import GPT2Charts

// What the page's script, em.js, computes with.
extension MixtureResults {
  /// Runs only if its bytes have this SHA-256: `openssl dgst -sha256 -binary em.js | base64` makes it anew.
  static var script: Page.Script {
    Page.Script(
      String(decoding: PackageResources.em_js, as: UTF8.self),
      sha256: "fZw+hK1l1BUw+nJMdcA0vFi0+Z85u7RnGS+rPrtM75M=")
  }

  private struct Values: Encodable {
    struct Component: Encodable {
      var weight: Double
      var mean: [Double]
      /// Row by row.
      var covariance: [Double]
    }
    var points: [[Double]]
    var start: [Component]
    var tolerance: Double
    var regularisation: Double
    var iterations: Int
    /// What is shown.
    var x: [Double]
    var y: [Double]
  }

  /// Points of two dimensions, and the mixture that the fit began with.
  var scriptValues: String {
    let pairs = stride(from: 0, to: points.values.count, by: 2).map {
      [points.values[$0], points.values[$0 + 1]]
    }
    let start = fit.states[0].mixture.components.map { component in
      Values.Component(weight: component.weight, mean: component.mean, covariance: component.covariance)
    }
    let (x, y) = (range(of: 0), range(of: 1))
    return Gallery.json(
      Values(
        points: pairs, start: start, tolerance: settings.tolerance, regularisation: settings.regularisation,
        iterations: settings.iterations, x: [x.low, x.high], y: [y.low, y.high]))
  }
}
