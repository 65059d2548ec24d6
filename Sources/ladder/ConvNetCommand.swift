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

  @Option(help: "Directory with MNIST's four files, packed by gzip or not.", completion: .directory)
  var data = "data/mnist"

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

  @Option(name: .shortAndLong, help: "Images that an update learns from.")
  var batchSize = 64

  @Option(name: .shortAndLong, help: "The learning rate at the beginning; a cosine takes it to zero.")
  var learningRate: Float = 2e-3

  @Option(help: "Weight decay.")
  var weightDecay: Float = 0.05

  @Option(name: .shortAndLong, help: "Of the random start and the order of the images.")
  var seed: UInt32 = 42

  func validate() throws {
    try firstMaps.check("--first-maps", from: 1, to: 256)
    try secondMaps.check("--second-maps", from: 1, to: 256)
    try kernel.check("--kernel", from: 1, to: 16)
    try hidden.check("--hidden", from: 1, to: 65_536)
    try epochs.check("--epochs", from: 1, to: 10_000)
    try batchSize.check("--batch-size", from: 1, to: 65_536)
    try learningRate.check("--learning-rate", atLeast: 0)
    try weightDecay.check("--weight-decay", atLeast: 0)
  }

  func climb() throws {
    let (training, test) = try Digits.read(from: data)
    let settings = ConvNetLesson.Settings(
      firstMaps: firstMaps, secondMaps: secondMaps, kernel: kernel,
      digits: DigitSettings(
        hidden: hidden, epochs: epochs, batchSize: batchSize, learningRate: learningRate,
        weightDecay: weightDecay, seed: seed))
    let shape = try settings.shape(of: training, in: data)
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
