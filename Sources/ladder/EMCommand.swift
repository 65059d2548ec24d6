import ArgumentParser
import GPT2Lessons
import GPT2Terminal

struct EMCommand: Rung {
  static let original = LadderIndex.Original(
    "Dempster, Laird and Rubin 1977", at: "https://doi.org/10.1111/j.2517-6161.1977.tb01600.x")
  static let sources = "GaussianMixture"

  static let configuration = CommandConfiguration(
    commandName: "em",
    abstract: "Gaussian mixtures by expectation-maximisation.",
    discussion: """
      Finds the Gaussians that points come from, without being told which point came from which. Without --data it draws \
      points from three Gaussians, in one dimension and in two, and finds them again:

        ladder em --output lessons/em
        ladder em --data points.csv --components 4

      A file has one point a line, its coordinates separated by commas or blanks. From the same start it ends where \
      scikit-learn's GaussianMixture does.

      --regularisation is scikit-learn's reg_covar: it is added to the diagonal of every covariance, and keeps Gaussians \
      from shrinking to a point, where the likelihood has no bound.
      """)

  @Option(help: "Points to fit, one a line.", completion: .file())
  var data: String?

  @Option(help: "Without --data: 1 or 2 dimensions only.")
  var dimensions: Int?

  @Option(help: "Without --data: how many points to draw.")
  var points = 400

  @Option(help: "Gaussians to fit.")
  var components = 3

  @Option(help: "Fits from so many random starts; the likeliest is kept.")
  var starts = 5

  @Option(help: "At most so many.")
  var iterations = 300

  @Option(help: "It stops after an iteration that gains less, in nats a point.")
  var tolerance = 1e-6

  @Option(help: "Added to the diagonal of every covariance.")
  var regularisation = 1e-6

  @Option(name: .shortAndLong, help: "Of the points and the starts, not 0.")
  var seed: UInt64 = 1337

  @OptionGroup var options: RungOptions

  func validate() throws {
    guard data == nil || dimensions == nil else {
      throw ValidationError("--dimensions was given with --data, whose points have their own.")
    }
    try dimensions?.check("--dimensions", in: 1...2)
    try points.check("--points", in: 1...100_000)
    try components.check("--components", in: 1...100)
    try starts.check("--starts", in: 1...1000)
    try iterations.check("--iterations", in: 1...10_000)
    for (name, value) in [("--tolerance", tolerance), ("--regularisation", regularisation)] {
      guard value.isFinite, value >= 0 else {
        throw ValidationError("\(name) is \(value), expected a number from 0.")
      }
    }
    guard seed != 0 else { throw ValidationError("--seed is 0, expected 1 or more.") }
  }

  func climb() throws {
    var lesson = MixtureLesson()
    lesson.components = components
    lesson.settings = MixtureFit.Settings(
      iterations: iterations, tolerance: tolerance, regularisation: regularisation)
    lesson.starts = starts
    lesson.seed = seed
    lesson.pointCount = points
    var progress = ProgressLine()
    let begin = ContinuousClock.now
    let report = { (start: Int, iteration: Int) in
      // Most fits are done before there is anything to wait for.
      guard ContinuousClock.now - begin > .seconds(1) else { return }
      progress.show(Progress().saying("start \(start) of \(starts)").saying("iteration \(iteration)"))
    }
    let results: [MixtureResults]
    if let data {
      results = [try lesson.fit(try PointFile.read(data), report: report)]
    } else {
      results = try (dimensions.map { [$0] } ?? [1, 2]).map {
        try lesson.fit(example: MixtureLesson.example(dimensions: $0), report: report)
      }
    }
    progress.clear()
    let printers = results.map(MixturePrinter.init)
    let lines = Array(printers.map(\.lines).joined(separator: [""]))
    try options.finish(["fits": printers.map(\.summary)], lines: lines) { MixtureResults.gallery(results) }
  }
}
