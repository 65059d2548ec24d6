import GPT2Lessons
import GPT2Terminal

/// What the rungs share that learn to read digits.
enum Digits {
  /// MNIST's training and test images.
  ///
  /// - Throws: `FileError` if a file is missing or damaged, or if the two are of different sizes.
  static func read(from directory: String) throws -> (training: DigitImages, test: DigitImages) {
    let training = try DigitImages(.training, in: directory)
    let test = try DigitImages(.test, in: directory)
    try test.check(rows: training.rows, columns: training.columns, in: directory)
    return (training, test)
  }

  static func show(_ event: DigitEvent, on progress: inout ProgressLine) {
    switch event {
    case .step(let step, let steps, let loss):
      progress.show(
        Progress(done: Double(step) / Double(steps)).saying("step \(step)/\(steps)")
          .saying("loss \(Numbers.fixed(Double(loss), 4))"))
    case .epoch(let epoch):
      progress.clear()
      let training = epoch.trainingLoss.map { "training loss \(Numbers.fixed(Double($0), 4)), " } ?? ""
      Diagnostics.write(
        "epoch \(epoch.epoch): \(training)test loss \(Numbers.fixed(epoch.testLoss, 4)), "
          + "accuracy \(Numbers.fixed(epoch.testAccuracy * 100, 2)) %")
    }
  }
}
