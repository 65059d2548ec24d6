import GPT2BinaryFiles
import GPT2Charts

// What the page's script, convnet.js, computes with.
extension ConvNetLesson {
  /// Runs only if its bytes have this SHA-256: `cat MNIST/digits.js ConvNet/convnet.js | openssl dgst -sha256 -binary |
  /// base64` makes it anew.
  static var script: Page.Script {
    DigitSamples.script(PackageResources.convnet_js, sha256: "RVqlQpo7CEmi41Stm++TtQ2fdAJE/ZcQE9j7wFXl+dU=")
  }

  private struct Values: Encodable {
    /// Of the two layers: channels that a kernel reads, and kernels.
    var channels: [Int]
    var maps: [Int]
    var kernel: Int
    var hidden: Int
    /// W₁, b₁ to W₄, b₄ as little-endian floats, in base 64.
    var parameters: String
    var training: Known
  }

  /// Training images with their codes, to find those that are alike to what is drawn.
  private struct Known: Encodable {
    /// (images): pixels in base 64.
    var images: [String]
    var labels: [UInt8]
    /// (images, hidden), little-endian floats in base 64.
    var codes: String
  }

  /// Training images of each digit among which the page looks for neighbours: all would be too large a page.
  private static let knownOfEach = 20

  func scriptValues(_ codes: HiddenCodes) -> String {
    let (first, second) = (network.shape.first, network.shape.second)
    let known = (0..<UInt8(DigitImages.classes)).flatMap { digit in
      training.labels.indices.lazy.filter { training.labels[$0] == digit }.prefix(Self.knownOfEach)
    }
    let values = Values(
      channels: [first.channels, second.channels], maps: [first.maps, second.maps], kernel: first.kernel,
      hidden: network.shape.hidden, parameters: Base64.text(of: network.parameters.copy.littleEndianBytes),
      training: Known(
        images: known.map { Base64.text(of: Array(training[$0])) }, labels: known.map { training.labels[$0] },
        codes: Base64.text(of: known.flatMap { Array(codes[$0]) }.littleEndianBytes)))
    return Gallery.json(Together(course.samples, values))
  }
}
