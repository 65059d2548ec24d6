import ArgumentParser
import Lessons
import Terminal

struct NGramCommand: Rung {
  static let configuration = CommandConfiguration(
    commandName: "ngram",
    abstract: "A language model of names that only counts.",
    discussion: """
      Counts which letter follows each n - 1 letters, searches for the n and the smoothing that are best on the \
      validation names, makes up names, and reports the perplexity of the test names, as EurekaLabsAI/ngram does. \
      scripts/fetch-lessons.sh fetches its names. With --output it draws the counts of pairs and the search.

        ladder ngram --output lessons/ngram
        ladder ngram --n 4 --smoothing 0.1 --seed 7
      """)

  @Option(help: "Names to count, one a line, of a to z.", completion: .file())
  var train = "data/names/train.txt"

  @Option(help: "Names to choose n and smoothing by.", completion: .file())
  var validation = "data/names/val.txt"

  @Option(help: "Names to test the best one on.", completion: .file())
  var test = "data/names/test.txt"

  @Option(parsing: .upToNextOption, help: "What to try for n, each from 1 to 5.")
  var n = [1, 2, 3, 4, 5]

  @Option(parsing: .upToNextOption, help: "What to try adding to every count.")
  var smoothing: [Float] = [0.03, 0.1, 0.3, 1]

  @Option(help: "Seed of the names that it makes up.")
  var seed: UInt32 = 1337

  @Option(help: "Characters of names to make up.")
  var characters = 200

  @OptionGroup var rung: RungOptions

  func validate() throws {
    if n.isEmpty || smoothing.isEmpty { throw ValidationError("--n and --smoothing need a value or more") }
    if seed == 0 { throw ValidationError("--seed is 0, expected 1 to \(UInt32.max)") }
    guard (0...1_000_000).contains(characters) else {
      throw ValidationError("--characters is \(characters), expected 0 to 1000000")
    }
    // Said with the usage, and before the files, which may be missing.
    do throws(NGramError) {
      for n in n {
        for smoothing in smoothing { _ = try NGramModel(order: n, vocabularySize: 1, smoothing: smoothing) }
      }
    } catch {
      throw ValidationError(error.description)
    }
  }

  func run() throws {
    let settings = NGramLesson.Settings(
      orders: n, smoothings: smoothing, seed: seed, sampleLength: characters)
    var progress = ProgressLine()
    var done = 0
    let lesson = try NGramLesson(
      training: NameFile(path: train), validation: NameFile(path: validation), test: NameFile(path: test),
      settings: settings
    ) { trial, count in
      done += 1
      progress.show("n = \(trial.n), smoothing \(trial.smoothing)", done: Double(done) / Double(count))
    }
    progress.clear()
    try rung.finish(lesson.results, lines: Self.lines(lesson.results)) { lesson.gallery }
  }

  private static func lines(_ results: NGramLesson.Results) -> [String] {
    let trials = results.trials.map { trial in
      "n \(trial.n) | smoothing \(Numbers.fixed(Double(trial.smoothing), 2)) | "
        + "train loss \(Numbers.fixed(trial.trainLoss, 4)) | val loss \(Numbers.fixed(trial.validationLoss, 4))"
    }
    return trials + [
      "best: n \(results.best.n), smoothing \(results.best.smoothing)", results.sample,
      "test loss \(Numbers.fixed(results.testLoss, 6)), test perplexity "
        + Numbers.fixed(results.testPerplexity, 6),
    ]
  }
}
