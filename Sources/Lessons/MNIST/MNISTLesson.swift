import GPT2Charts
import GPT2Kernels
import GPT2Transformer

/// The rung `mnist`: a perceptron learns to read digits, and is then looked into.
package struct MNISTLesson {
  /// What was measured after an epoch; epoch 0 is the random start.
  package struct Epoch: Encodable, Sendable {
    package let epoch: Int
    /// The mean of the epoch's batches, in nats, each before its update; `nil` before the first.
    package let trainingLoss: Float?
    package let testLoss: Double
    package let testAccuracy: Double
  }

  package enum Event {
    case step(_ step: Int, of: Int, loss: Float)
    case epoch(Epoch)
  }

  package let settings: DigitTraining.Settings
  package let network: DigitNetwork
  package let test: DigitImages
  /// Of each step, in nats.
  package let losses: [Float]
  package let epochs: [Epoch]
  package let readings: DigitReadings
  package let ablation: UnitAblation
  /// Wall time of the training, without what was measured in between.
  package let seconds: Double
  /// Images that the network learnt from, each time counted.
  package let imagesSeen: Int

  /// Trains a network, then reads the test images with it and with each of its hidden units switched off.
  ///
  /// - Parameters:
  ///   - test: Of the same size as `training`.
  ///   - observing: Called with each event as it happens.
  /// - Throws: `AllocationError` if the memory is not to be had; what `observing` throws.
  package init(
    training: DigitImages, test: DigitImages, _ settings: DigitTraining.Settings, on workers: Workers,
    observing observe: (Event) throws -> Void = { _ in }
  ) throws {
    let trainer = try DigitTraining(training, settings, on: workers)
    var losses: [Float] = []
    var epochs: [Epoch] = []
    var spent = Duration.zero
    var readings = try DigitReadings(of: test, by: trainer.network)
    func note(_ trainingLoss: Float?) throws {
      epochs.append(
        Epoch(
          epoch: epochs.count, trainingLoss: trainingLoss, testLoss: readings.loss,
          testAccuracy: readings.accuracy))
      try observe(.epoch(epochs[epochs.count - 1]))
    }
    try note(nil)
    for _ in 0..<settings.epochs {
      let start = ContinuousClock.now
      let loss = try trainer.runEpoch { loss in
        losses.append(loss)
        try observe(.step(losses.count, of: trainer.steps, loss: loss))
      }
      spent += ContinuousClock.now - start
      readings = try DigitReadings(of: test, by: trainer.network)
      try note(loss)
    }
    self.settings = settings
    self.test = test
    self.losses = losses
    self.epochs = epochs
    self.readings = readings
    network = trainer.network
    ablation = try UnitAblation(of: trainer.network, on: test)
    seconds = spent / .seconds(1)
    imagesSeen = losses.count * min(settings.batchSize, training.count)
  }

  /// The most frequent mistakes: of an actual digit that was read as another.
  package func confusions(_ limit: Int) -> [(actual: Int, read: Int, count: Int)] {
    let pairs = readings.confusion.enumerated().flatMap { actual, row in
      row.enumerated().compactMap { read, count in
        actual == read || count == 0 ? nil : (actual: actual, read: read, count: count)
      }
    }
    return Array(
      pairs.sorted { ($1.count, $0.actual, $0.read) < ($0.count, $1.actual, $1.read) }.prefix(limit))
  }

  /// What is to be said of a unit, in words.
  package static func words(_ effect: UnitAblation.Effect, _ ablation: UnitAblation) -> String {
    let digit = effect.neediest
    return
      "without unit \(effect.unit), \(percent(effect.accuracies[digit])) of the \(digit)s are read rightly "
      + "instead of \(percent(ablation.accuracies[digit])), of all digits \(percent(effect.drop)) fewer"
  }

  /// "a 7", "an 8".
  static func named(_ digit: Int) -> String { (digit == 8 ? "an " : "a ") + String(digit) }

  static func percent(_ share: Double) -> String { NumberText.fixed(share * 100, 2) + " %" }
}

extension MNISTLesson {
  /// For `--json`.
  package struct Results: Encodable {
    /// A hidden unit, and the share of images, and of each digit's, that are read rightly only with it.
    package struct Unit: Encodable {
      let unit: Int
      let drop: Double
      let drops: [Double]
    }

    let parameters: Int
    let epochs: [Epoch]
    let testAccuracy: Double
    let testLoss: Double
    let mistakes: Int
    /// Rows are the digits that are there, columns what was read.
    let confusion: [[Int]]
    let units: [Unit]
    let seconds: Double
    let imagesPerSecond: Double
  }

  package var results: Results {
    Results(
      parameters: network.shape.parameters, epochs: epochs, testAccuracy: readings.accuracy,
      testLoss: readings.loss, mistakes: readings.mistakes.count, confusion: readings.confusion,
      units: ablation.effects.map { .init(unit: $0.unit, drop: $0.drop, drops: $0.drops) },
      seconds: seconds, imagesPerSecond: imagesPerSecond)
  }

  var imagesPerSecond: Double { Double(imagesSeen) / seconds }

  /// What the rung prints.
  package var lines: [String] {
    var lines = [
      "test accuracy \(Self.percent(readings.accuracy)): \(readings.mistakes.count) of \(test.count) digits "
        + "read wrongly, mean loss \(NumberText.fixed(readings.loss, 4)) nats"
    ]
    lines += confusions(3).map {
      "\($0.count) times \(Self.named($0.actual)) was read as \(Self.named($0.read))"
    }
    lines += ablation.effects.prefix(3).map { Self.words($0, ablation) }
    return lines
  }
}
