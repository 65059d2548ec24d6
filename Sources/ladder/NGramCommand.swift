import ArgumentParser
import GPT2Lessons
import GPT2Terminal

struct NGramCommand: Rung {
  static let original = LadderIndex.Original(
    "EurekaLabsAI/ngram", at: "https://github.com/EurekaLabsAI/ngram")
  static let sources = "NGram"

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

  @Option(help: "Directory of train.txt, val.txt and test.txt, with a name a line.", completion: .directory)
  var data = "data/names"

  @Option(parsing: .upToNextOption, help: "What to try for n, each from 1 to 5.")
  var n = [1, 2, 3, 4, 5]

  @Option(parsing: .upToNextOption, help: "What to try adding to every count.")
  var smoothing = [0.03, 0.1, 0.3, 1]

  @Option(name: .shortAndLong, help: "Of the names that are drawn in the end, not 0.")
  var seed: UInt32 = 1337

  @Option(help: "Letters of names to draw, ends of lines included.")
  var letters = 200

  @OptionGroup var options: RungOptions

  func validate() throws {
    do throws(NGramError) {
      _ = try settings()
    } catch {
      throw ValidationError(error.description)
    }
  }

  private func settings() throws(NGramError) -> NGramSettings {
    try NGramSettings(orders: n, smoothings: smoothing, seed: seed, sampledLetters: letters)
  }

  func climb() throws {
    let texts = try NameTexts(directory: data, least: n.max() ?? 1)
    var progress = ProgressLine()
    let lesson = NGramLesson(texts: texts, settings: try settings()) { n, smoothing, done in
      progress.show(Progress(done: done).saying("n = \(n)").saying("smoothing \(smoothing)"))
    }
    progress.clear()
    try options.finish(lesson.results, lines: Self.lines(lesson.results)) { lesson.gallery }
  }

  private static func lines(_ results: NGramLesson.Results) -> [String] {
    let trials = results.trials.map { trial in
      "n \(trial.n) | smoothing \(Numbers.fixed(trial.smoothing, 2)) | "
        + "train loss \(Numbers.fixed(trial.trainLoss, 4)) | val loss \(Numbers.fixed(trial.validationLoss, 4))"
    }
    return trials + [
      "best: n \(results.best.n), smoothing \(results.best.smoothing)", results.sample,
      "test loss \(Numbers.fixed(results.testLoss, 6)), test perplexity "
        + Numbers.fixed(results.testPerplexity, 6),
    ]
  }
}
