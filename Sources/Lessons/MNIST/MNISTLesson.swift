import GPT2Charts
import GPT2Kernels
import GPT2Transformer

/// The rung `mnist`: a perceptron learns to read digits, and is then looked into.
package struct MNISTLesson {
  let course: DigitCourse<DigitNetwork>
  package let ablation: UnitAblation

  package var network: DigitNetwork { course.network }
  package var readings: DigitReadings { course.readings }

  /// Trains a network, then reads the test images with it and with each of its hidden units switched off.
  ///
  /// - Parameters:
  ///   - test: Of the same size as `training`.
  ///   - observing: Called with each event as it happens.
  /// - Throws: `DivergenceError` if a loss is not finite; `AllocationError` if the memory is not to be had; what
  ///   `observing` throws.
  package init(
    training: DigitImages, test: DigitImages, _ settings: DigitSettings, on workers: Workers,
    observing observe: (DigitEvent) throws -> Void = { _ in }
  ) throws {
    let trainer = try DigitTraining(training, settings, on: workers)
    course = try DigitCourse(trainer, test: test, observing: observe)
    ablation = try UnitAblation(of: trainer.network, on: test)
  }

  /// What is to be said of a unit, in words.
  package static func words(_ effect: UnitAblation.Effect, _ ablation: UnitAblation) -> String {
    let digit = effect.neediest
    return
      "without unit \(effect.unit), \(DigitText.percent(effect.accuracies[digit])) of the \(digit)s are read "
      + "rightly instead of \(DigitText.percent(ablation.accuracies[digit])), of all digits "
      + "\(DigitText.percent(effect.drop)) fewer"
  }
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
    let epochs: [DigitEpoch]
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
      parameters: network.shape.parameters, epochs: course.epochs, testAccuracy: readings.accuracy,
      testLoss: readings.loss, mistakes: readings.mistakes.count, confusion: readings.confusion,
      units: ablation.effects.map { .init(unit: $0.unit, drop: $0.drop, drops: $0.drops) },
      seconds: course.seconds, imagesPerSecond: course.imagesPerSecond)
  }

  /// What the rung prints.
  package var lines: [String] {
    readings.lines + ablation.effects.prefix(3).map { Self.words($0, ablation) }
  }
}
