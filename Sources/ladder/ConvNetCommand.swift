import ArgumentParser
import GPT2Lessons
import GPT2Terminal

/// `ladder convnet`.
struct ConvNetCommand: Rung {
  static let original = LadderIndex.Original(
    "LeCun, Bottou, Bengio and Haffner 1998", at: "https://doi.org/10.1109/5.726791")
  static let sources = "ConvNet"

  static let configuration = CommandConfiguration(
    commandName: "convnet",
    abstract: "Kernels that slide over the image read digits, as LeNet's do: 99 % and more.",
    discussion: """
      Two layers of kernels with max pooling, then a hidden layer, learn MNIST's 60,000 digits by AdamW and read the 10,000 \
      test digits. With --output it draws the kernels, what they find in a digit, and the training digits that are nearest \
      to test digits in the last hidden layer.

        scripts/fetch-lessons.sh
        ladder convnet --output lessons/convnet
      """)

  @OptionGroup var options: RungOptions
  @OptionGroup var threading: ThreadOptions
  @OptionGroup var digits: DigitOptions

  @Option(help: "Kernels of the first layer.")
  var firstMaps = 18

  @Option(help: "Kernels of the second layer.")
  var secondMaps = 36

  @Option(help: "The length of a kernel's sides, in pixels.")
  var kernel = 5

  @Option(help: "Hidden units behind the kernels.")
  var hidden = 128

  @Option(help: "Times that every image is seen.")
  var epochs = 8

  func validate() throws {
    try firstMaps.check("--first-maps", from: 1, to: 256)
    try secondMaps.check("--second-maps", from: 1, to: 256)
    try kernel.check("--kernel", from: 1, to: 16)
    try hidden.check("--hidden", from: 1, to: 65_536)
    try epochs.check("--epochs", from: 1, to: 10_000)
  }

  func climb() throws {
    let (training, test) = try Digits.read(from: digits.data)
    let settings = ConvNetLesson.Settings(
      firstMaps: firstMaps, secondMaps: secondMaps, kernel: kernel,
      digits: digits.settings(hidden: hidden, epochs: epochs))
    let shape = try settings.shape(of: training, in: digits.data)
    var progress = ProgressLine()
    let lesson = try ConvNetLesson(
      training: training, test: test, shape, settings.digits, on: threading.workers
    ) {
      Digits.show($0, on: &progress)
    }
    progress.end()
    try options.finish(lesson.results, lines: lesson.lines) { try lesson.gallery() }
  }
}
