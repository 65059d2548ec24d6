import GPT2BinaryFiles
import GPT2Charts

// What the page's script, mnist.js, computes with.
extension MNISTLesson {
  /// Runs only if its bytes have this SHA-256: `cat digits.js mnist.js | openssl dgst -sha256 -binary | base64` makes it
  /// anew.
  static var script: Page.Script {
    DigitSamples.script(PackageResources.mnist_js, sha256: "c8Brifsvm8YMQYNyh81WXXBLOeknZxH8iilOpz+jvAQ=")
  }

  private struct Values: Encodable {
    var hidden: Int
    /// W₁, b₁, W₂, b₂ as little-endian floats, in base 64.
    var parameters: String
  }

  var scriptValues: String {
    Gallery.json(
      Together(
        course.samples,
        Values(
          hidden: network.shape.hidden,
          parameters: Base64.text(of: network.parameters.copy.littleEndianBytes))))
  }
}
