import GPT2Charts
import GPT2Kernels

/// What was measured after an epoch; epoch 0 is the random start.
package struct DigitEpoch: Encodable, Sendable {
  package let epoch: Int
  /// The mean of the epoch's batches, in nats, each before its update; `nil` before the first.
  package let trainingLoss: Float?
  package let testLoss: Double
  package let testAccuracy: Double
}

/// What happens while a network learns to read digits.
package enum DigitEvent {
  /// - Parameter loss: In nats, before the step's update.
  case step(_ step: Int, of: Int, loss: Float)
  case epoch(DigitEpoch)
}

/// How a network learnt to read digits, and how well it reads those that it has not seen.
struct DigitCourse<Network: DigitReader> {
  let settings: DigitSettings
  let network: Network
  let test: DigitImages
  /// Of each step, in nats.
  let losses: [Float]
  let epochs: [DigitEpoch]
  /// Of the test images, in the end.
  let readings: DigitReadings
  /// Wall time of the training, without what was measured in between.
  let seconds: Double
  /// Images that the network learnt from, each time counted.
  let imagesSeen: Int

  var imagesPerSecond: Double { Double(imagesSeen) / seconds }

  /// Makes all epochs, and reads the test images after each.
  ///
  /// - Parameters:
  ///   - test: Of the same size as those that are learnt from.
  ///   - observing: Called with each event as it happens.
  /// - Throws: `DivergenceError` if a loss is not finite; `AllocationError` if the memory is not to be had; what
  ///   `observing` throws.
  init(
    _ trainer: DigitTraining<Network>, test: DigitImages, observing observe: (DigitEvent) throws -> Void
  ) throws {
    var losses: [Float] = []
    var epochs: [DigitEpoch] = []
    var spent = Duration.zero
    var readings = try DigitReadings(of: test, by: trainer.network)
    func note(_ trainingLoss: Float?) throws {
      let epoch = DigitEpoch(
        epoch: epochs.count, trainingLoss: trainingLoss, testLoss: readings.loss,
        testAccuracy: readings.accuracy)
      epochs.append(epoch)
      try observe(.epoch(epoch))
    }
    try note(nil)
    for _ in 0..<trainer.settings.epochs {
      let start = ContinuousClock.now
      let loss = try trainer.runEpoch { loss in
        losses.append(loss)
        try observe(.step(losses.count, of: trainer.steps, loss: loss))
      }
      spent += ContinuousClock.now - start
      readings = try DigitReadings(of: test, by: trainer.network)
      try DivergenceError.check(readings.loss, after: losses.count)
      try note(loss)
    }
    settings = trainer.settings
    network = trainer.network
    self.test = test
    self.losses = losses
    self.epochs = epochs
    self.readings = readings
    seconds = spent / .seconds(1)
    imagesSeen = losses.count * trainer.batchSize
  }
}

extension DigitReadings {
  /// The most frequent mistakes: of an actual digit that was read as another.
  func confusions(_ limit: Int) -> [(actual: Int, read: Int, count: Int)] {
    let pairs = confusion.enumerated().flatMap { actual, row in
      row.enumerated().compactMap { read, count in
        actual == read || count == 0 ? nil : (actual: actual, read: read, count: count)
      }
    }
    return Array(
      pairs.sorted { ($1.count, $0.actual, $0.read) < ($0.count, $1.actual, $1.read) }.prefix(limit))
  }

  /// What a rung prints of them.
  var lines: [String] {
    [
      "test accuracy \(DigitText.percent(accuracy)): \(mistakes.count) of \(labels.count) digits "
        + "read wrongly, mean loss \(NumberText.fixed(loss, 4)) nats"
    ]
      + confusions(3).map {
        "\($0.count) times \(DigitText.named($0.actual)) was read as \(DigitText.named($0.read))"
      }
  }
}

/// How pages and lines speak of digits.
enum DigitText {
  /// "a 7", "an 8".
  static func named(_ digit: Int) -> String { (digit == 8 ? "an " : "a ") + String(digit) }

  static func percent(_ share: Double) -> String { NumberText.fixed(share * 100, 2) + " %" }
}
