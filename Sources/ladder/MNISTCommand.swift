import ArgumentParser
import GPT2Lessons
import GPT2Terminal

/// `ladder mnist`.
struct MNISTCommand: Rung {
  static let original = LadderIndex.Original(
    "LeCun, Bottou, Bengio and Haffner 1998", at: "https://doi.org/10.1109/5.726791")
  static let sources = "MNIST"

  static let configuration = CommandConfiguration(
    commandName: "mnist",
    abstract: "A perceptron reads handwritten digits, and shows what its units hold.",
    discussion: """
      A network of one hidden layer learns MNIST's 60,000 digits by AdamW, and reads the 10,000 test digits. Then each \
      hidden unit is switched off in turn, to see which digits are missed without it. With --output it draws the mistakes, \
      the confusion of digits, and the weights.

        scripts/fetch-lessons.sh
        ladder mnist --output lessons/mnist
      """)

  @OptionGroup var options: RungOptions
  @OptionGroup var threading: ThreadOptions
  @OptionGroup var digits: DigitOptions

  @Option(help: "Hidden units.")
  var hidden = 128

  @Option(help: "Times that every image is seen.")
  var epochs = 12

  func validate() throws {
    try hidden.check("--hidden", from: 1, to: 65_536)
    try epochs.check("--epochs", from: 1, to: 10_000)
  }

  func climb() throws {
    let (training, test) = try Digits.read(from: digits.data)
    let settings = digits.settings(hidden: hidden, epochs: epochs)
    var progress = ProgressLine()
    let lesson = try MNISTLesson(training: training, test: test, settings, on: threading.workers) {
      Digits.show($0, on: &progress)
    }
    progress.end()
    try options.finish(lesson.results, lines: lesson.lines) { lesson.gallery }
  }
}
