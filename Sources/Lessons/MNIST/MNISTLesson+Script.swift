import GPT2BinaryFiles
import GPT2Charts

// What the page's script, mnist.js, computes with.
extension MNISTLesson {
  /// Runs only if its bytes have this SHA-256: `openssl dgst -sha256 -binary mnist.js | base64` makes it anew.
  static var script: Page.Script {
    Page.Script(
      String(decoding: PackageResources.mnist_js, as: UTF8.self),
      sha256: "R99TwcsFxwgdTsXC5lDJyypSlaEG1lhq+8MrYKWhe+A=")
  }

  private struct Values: Encodable {
    var rows: Int
    var columns: Int
    var hidden: Int
    var classes: Int
    /// W₁, b₁, W₂, b₂ as little-endian floats, in base 64.
    var parameters: String
    /// Of each sample its pixels, in base 64.
    var images: [String]
    var labels: [UInt8]
    /// The probability of the digit that the sample is read as.
    var confidences: [Float]
  }

  /// The test images that can be chosen: the first of each digit.
  var samples: [Int] {
    (0..<UInt8(DigitImages.classes)).compactMap { digit in test.labels.firstIndex(of: digit) }
  }

  var scriptValues: String {
    Gallery.json(
      Values(
        rows: test.rows, columns: test.columns, hidden: network.shape.hidden, classes: network.shape.classes,
        parameters: Base64.text(of: network.parameters.copy.littleEndianBytes),
        images: samples.map { Base64.text(of: Array(test[$0])) },
        labels: samples.map { test.labels[$0] }, confidences: samples.map { readings.confidences[$0] }))
  }

  var samplesChart: ImageGrid {
    let images = samples.map { index in
      ImageGrid.Image(
        imageRows(test[index].map(Double.init)), caption: "read as \(readings.guesses[index])",
        detail: "test image \(index): a \(readings.labels[index]), read as a \(readings.guesses[index]) with "
          + "probability \(NumberText.fixed(Double(readings.confidences[index]), 4))")
    }
    return ImageGrid(
      summary: "The first test image of each digit", images: images, columns: 10, domain: 0...255,
      ramp: ColorRamp([0xFF_FFFF, 0x00_0000]), pixelSize: 2.5)
  }
}
