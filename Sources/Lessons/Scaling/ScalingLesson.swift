import GPT2Charts
import GPT2RandomNumbers
import GPT2Transformer

/// The rung scaling: what small models came to, the law that fits them, and how far it can be trusted beyond them.
package struct ScalingLesson: Sendable {
  package struct Settings: Equatable, Sendable {
    /// What is not fitted but predicted, and held against what it came to.
    package var heldOut: Set<String> = ["d12"]
    /// What is asked about.
    package var target = "d12"
    package var targetTokens: [Double] = [1e8, 1e9, Self.reproduction]
    package var vocabularySize = ModelSize.vocabularySize
    /// How often the runs are drawn anew, to see how much the law hangs on single ones.
    package var resamples = 200
    package var seed: UInt32 = 1

    /// llm.c's reproduction of GPT-2: 18,865 updates of 524,288 tokens.
    package static let reproduction = 18_865.0 * 524_288

    package init() {}
  }

  package let settings: Settings
  package let results: Results
  /// All, in the order of the file.
  package let runs: [ScalingRun]
  /// Fitted to runs drawn anew from those that were fitted, with replacement (Efron's bootstrap).
  let laws: [ScalingLaw]
  /// Of `settings.target`.
  let target: ParameterCounts

  /// - Parameter progress: Called after each of the fits to runs drawn anew, with how many were made.
  /// - Throws: `ScalingError` if the runs that are fitted are too few or too much alike, or there is no such target.
  package init(
    _ runs: [ScalingRun], _ settings: Settings = Settings(), progress: (Int) -> Void = { _ in }
  ) throws(ScalingError) {
    let fitted = runs.filter { !settings.heldOut.contains($0.size) }
    try Self.check(fitted, "to fit")
    guard let target = ParameterCounts(of: settings.target, vocabularySize: settings.vocabularySize) else {
      throw .unknownSize(settings.target)
    }
    let fits = ParameterCounts.Kind.allCases.map { ScalingFit(fitted, counting: $0) }
    var generator = MersenneTwister(seed: settings.seed)
    let drawn = (0..<settings.resamples).map { count in
      defer { progress(count + 1) }
      let sample = fitted.map { _ in fitted[Int(generator.nextInteger(through: UInt32(fitted.count - 1)))] }
      return fits.map { ScalingFit(sample, counting: $0.kind, from: Self.starts(near: $0.law)).law }
    }
    self.settings = settings
    self.runs = runs
    self.target = target
    laws = drawn.map { $0[0] }
    results = Results(runs, fitted: fitted, fits: fits, drawn: drawn, target: target, settings)
  }

  /// Three sizes and three amounts of text at least, as two each would be met by many laws, and more runs than the law
  /// has numbers.
  static func check(_ runs: [ScalingRun], _ purpose: String) throws(ScalingError) {
    let (sizes, amounts) = (Set(runs.map(\.size)).count, Set(runs.map(\.tokens)).count)
    guard sizes >= 3, amounts >= 3, runs.count >= 6 else {
      throw .tooFew(purpose: purpose, runs: runs.count, sizes: sizes, amounts: amounts)
    }
  }

  /// The law, and others that have the same loss in one place and share it differently.
  private static func starts(near law: ScalingLaw) -> [ScalingLaw] {
    var flat = law
    flat.logE -= 1
    var steep = law
    (steep.alpha, steep.beta) = (law.alpha * 2, law.beta * 2)
    return [law, flat, steep]
  }
}

/// What the runs are not enough for.
package enum ScalingError: Error, Equatable, CustomStringConvertible {
  case tooFew(purpose: String, runs: Int, sizes: Int, amounts: Int)
  case unknownSize(String)

  package var description: String {
    switch self {
    case .tooFew(let purpose, let runs, let sizes, let amounts):
      "found \(runs) runs \(purpose), of \(sizes) sizes and \(amounts) amounts of text, expected 6 of 3 and 3 at least: "
        + "dev/curves/sizes.sh trains more"
    case .unknownSize(let size):
      "found --target \(size), expected one of \(ModelSize.descriptors): name another"
    }
  }
}
