import GPT2Charts

// What the page's script, scaling.js, computes with.
extension ScalingLesson {
  /// Runs only if its bytes have this SHA-256: `openssl dgst -sha256 -binary scaling.js | base64` makes it anew.
  static var script: Page.Script {
    Page.Script(
      String(decoding: PackageResources.scaling_js, as: UTF8.self),
      sha256: "WT/ofWtrtKWiTXE8e4zUFBapaJy0fX0VraRNyr+I2ec=")
  }

  private struct Values: Encodable {
    struct Size: Encodable {
      var name: String
      /// N: all parameters.
      var parameters: Double
      /// Tokens and loss of each run.
      var measured: [[Double]]
    }
    /// ln E, ln A, ln B, α and β, of the law and of those fitted to runs drawn anew.
    var law: [Double]
    var drawn: [[Double]]
    var sizes: [Size]
    /// Shown first.
    var size: String
    var tokens: Double
  }

  /// The sizes that can be chosen, beside those of the runs and the target.
  private static let further = (2...12).map { "d\($0)" } + ["d24", "d36", "d48"]

  var scriptValues: String {
    let names = Set(Self.further + runs.map(\.size) + [settings.target])
    let sizes = names.compactMap { name -> Values.Size? in
      guard let counts = ParameterCounts(of: name, vocabularySize: settings.vocabularySize) else {
        return nil
      }
      let measured = runs.filter { $0.size == name }.map { [Double($0.tokens), $0.loss] }
      return Values.Size(name: name, parameters: Double(counts.all), measured: measured)
    }
    func numbers(_ law: ScalingLaw) -> [Double] { [law.logE, law.logA, law.logB, law.alpha, law.beta] }
    return Gallery.json(
      Values(
        law: numbers(results.fits[0].law), drawn: laws.map(numbers),
        sizes: sizes.sorted { ($0.parameters, $0.name) < ($1.parameters, $1.name) }, size: settings.target,
        tokens: settings.targetTokens.last ?? 1e9))
  }
}
