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
    let parameters = network.parameters.copy.flatMap { value in
      withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
    }
    let values = Values(
      rows: test.rows, columns: test.columns, hidden: network.shape.hidden, classes: network.shape.classes,
      parameters: Base64.text(of: parameters), images: samples.map { Base64.text(of: Array(test[$0])) },
      labels: samples.map { test.labels[$0] }, confidences: samples.map { readings.confidences[$0] })
    // These are plain numbers and texts, which can all be encoded.
    return (try? JSONCoding.line(values)) ?? "null"
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

/// Bytes as letters, digits, + and / (RFC 4648, section 4).
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func text(of bytes: [UInt8]) -> String {
    var output: [UInt8] = []
    output.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0..<4 {
        output.append(place > group.count ? UInt8(ascii: "=") : alphabet[bits >> (18 - 6 * place) & 63])
      }
    }
    return String(decoding: output, as: UTF8.self)
  }
}
