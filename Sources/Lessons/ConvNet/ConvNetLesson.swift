import GPT2BinaryFiles
import GPT2Charts
import GPT2Kernels
import GPT2Transformer

/// The rung `convnet`: kernels that slide over the image learn to read digits.
package struct ConvNetLesson {
  package struct Settings: Equatable, Sendable {
    /// Kernels of the first and of the second layer. Products are computed six rows at a time: so multiples of six.
    package var firstMaps: Int
    package var secondMaps: Int
    /// The length of a kernel's sides.
    package var kernel: Int
    package var digits: DigitSettings

    package init(firstMaps: Int = 18, secondMaps: Int = 36, kernel: Int = 5, digits: DigitSettings) {
      self.firstMaps = firstMaps
      self.secondMaps = secondMaps
      self.kernel = kernel
      self.digits = digits
    }

    /// The network's sizes for these images.
    ///
    /// - Parameter directory: Where they are, for the error.
    /// - Throws: `FileError` if they are too small for two layers.
    package func shape(of images: DigitImages, in directory: String) throws(FileError) -> ConvNetShape {
      let shape = ConvNetShape(
        rows: images.rows, columns: images.columns, maps: (firstMaps, secondMaps), kernel: kernel,
        hidden: digits.hidden)
      guard let shape else {
        let least = ConvNetShape.leastSide(kernel: kernel)
        throw FileError(
          directory,
          .mismatch(
            found: "images of \(images.rows) × \(images.columns) pixels",
            expected: "at least \(least) × \(least) for two layers with kernels of \(kernel) × \(kernel)",
            advice: "use a smaller kernel, or larger images"))
      }
      return shape
    }
  }

  let training: DigitImages
  let course: DigitCourse<ConvNet>

  var network: ConvNet { course.network }

  /// Trains a network of a shape on images of its size.
  ///
  /// - Parameters:
  ///   - test: Of the same size as `training`.
  ///   - observing: Called with each event as it happens.
  /// - Throws: `DivergenceError` if a loss is not finite; `AllocationError` if the memory is not to be had; what
  ///   `observing` throws.
  package init(
    training: DigitImages, test: DigitImages, _ shape: ConvNetShape, _ settings: DigitSettings,
    on workers: Workers, observing observe: (DigitEvent) throws -> Void = { _ in }
  ) throws {
    let start = try ConvNetParameters(random: shape, seed: settings.seed)
    let trainer = try DigitTraining(training, settings, teaching: ConvNet(start, on: workers))
    self.training = training
    course = try DigitCourse(trainer, test: test, observing: observe)
  }
}

extension ConvNetLesson {
  /// For `--json`.
  package struct Results: Encodable {
    let parameters: Int
    let epochs: [DigitEpoch]
    let testAccuracy: Double
    let testLoss: Double
    let mistakes: Int
    /// Rows are the digits that are there, columns what was read.
    let confusion: [[Int]]
    let seconds: Double
    let imagesPerSecond: Double
  }

  package var results: Results {
    let readings = course.readings
    return Results(
      parameters: network.shape.parameters, epochs: course.epochs, testAccuracy: readings.accuracy,
      testLoss: readings.loss, mistakes: readings.mistakes.count, confusion: readings.confusion,
      seconds: course.seconds, imagesPerSecond: course.imagesPerSecond)
  }

  /// What the rung prints.
  package var lines: [String] {
    course.readings.lines + ["\(NumberText.grouped(network.shape.parameters)) parameters"]
  }
}
