import GPT2BinaryFiles
import GPT2Charts

/// The test images that can be chosen on a page, with what digits.js, which every such page has, wants to know of them.
struct DigitSamples: Encodable {
  let rows: Int
  let columns: Int
  let classes = DigitImages.classes
  /// Of each its pixels, in base 64.
  let images: [String]
  let labels: [UInt8]
  /// The probability of the digit that it is read as.
  let confidences: [Float]

  /// What digits.js and a page's own script are together.
  ///
  /// - Parameters:
  ///   - own: UTF-8.
  ///   - sha256: Of both, one after the other, in base 64.
  static func script(_ own: [UInt8], sha256: String) -> Page.Script {
    Page.Script(String(decoding: PackageResources.digits_js + own, as: UTF8.self), sha256: sha256)
  }
}

extension DigitCourse {
  /// The first test image of each digit.
  var samples: DigitSamples {
    let indices = test.samples
    return DigitSamples(
      rows: test.rows, columns: test.columns, images: indices.map { Base64.text(of: Array(test[$0])) },
      labels: indices.map { test.labels[$0] }, confidences: indices.map { readings.confidences[$0] })
  }
}

/// Two objects as one, which has the names of both.
struct Together<First: Encodable, Second: Encodable>: Encodable {
  private let first: First
  private let second: Second

  init(_ first: First, _ second: Second) {
    self.first = first
    self.second = second
  }

  func encode(to encoder: any Encoder) throws {
    try first.encode(to: encoder)
    try second.encode(to: encoder)
  }
}
