import GPT2BinaryFiles
import GPT2Charts

// What the page's script, em.js, computes with.
extension MixtureResults {
  /// Runs only if its bytes have this SHA-256: `openssl dgst -sha256 -binary em.js | base64` makes it anew.
  static var script: Page.Script {
    Page.Script(
      String(decoding: PackageResources.em_js, as: UTF8.self),
      sha256: "eCVmeNIq6tUtk1SJp/Kv241Q/CoihzX6QG2w7kOcNlY=")
  }

  private struct Values: Encodable {
    struct Component: Encodable {
      var weight: Double
      var mean: [Double]
      /// Row by row.
      var covariance: [Double]
    }
    /// (N, D)
    var points: [[Double]]
    var start: [Component]
    var tolerance: Double
    var regularisation: Double
    var iterations: Int
    /// What is shown; of one dimension `y` is the density.
    var x: [Double]
    var y: [Double]
    /// The outline of the points' histogram, of one dimension.
    var histogram: [[Double]]?
  }

  /// Points of one dimension or two, and the mixture that the fit began with.
  var scriptValues: String {
    let dimensions = points.dimensions
    let rows = stride(from: 0, to: points.values.count, by: dimensions).map {
      Array(points.values[$0..<$0 + dimensions])
    }
    let start = fit.states[0].mixture.components.map { component in
      Values.Component(weight: component.weight, mean: component.mean, covariance: component.covariance)
    }
    let x = range(of: 0)
    var values = Values(
      points: rows, start: start, tolerance: settings.tolerance, regularisation: settings.regularisation,
      iterations: settings.iterations, x: [x.low, x.high], y: [])
    if dimensions == 1 {
      let outline = histogram(from: x.low, to: x.high)
      values.histogram = outline.map { [$0.x, $0.y] }
      // Densities of other starts may be higher, and are cut off.
      let highest = (outline + fit.states.flatMap { sum(of: densities(of: $0.mixture)) }).map(\.y).max() ?? 1
      values.y = [0, highest * 1.1]
    } else {
      let y = range(of: 1)
      values.y = [y.low, y.high]
    }
    return Gallery.json(values)
  }
}
