import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

@testable import GPT2Lessons

/// The four files of MNIST, which must belong together.
@Suite struct DigitImagesTests {
  private let digits: SmallDigits

  init() throws { digits = try SmallDigits() }

  @Test func imagesAndLabelsAreReadFromBothKindsOfFiles() throws {
    let plain = try SmallDigits(packed: false)
    for part in [DigitImages.Part.training, .test] {
      let images = try DigitImages(part, in: digits.directory.path)
      let others = try DigitImages(part, in: plain.directory.path)
      #expect(images.count == (part == .training ? 200 : 60))
      #expect((images.rows, images.columns) == (6, 5))
      #expect(images.labels == others.labels && images.pixels == others.pixels)
      // As they were drawn: a digit's own three pixels are the darkest.
      for index in 0..<images.count {
        let ink = images[index].enumerated().filter { $0.element > 100 }.map(\.offset)
        #expect(ink == [0, 10, 20].map { $0 + Int(images.labels[index]) })
      }
    }
  }

  @Test func aMissingFileIsNamedWithTheScriptThatFetchesIt() throws {
    try FileManager.default.removeItem(atPath: digits.directory.file("t10k-labels-idx1-ubyte.gz"))
    let path = digits.directory.file("t10k-labels-idx1-ubyte.gz")
    let cause = expectFileError(path) { _ = try DigitImages(.test, in: digits.directory.path) }
    guard case .mismatch("no such file", "MNIST's labels", let advice) = cause else {
      Issue.record("\(String(describing: cause))")
      return
    }
    #expect(advice.contains("scripts/fetch-lessons.sh"))
  }

  @Test func asManyLabelsAsImages() throws {
    let path = try write(IDXBytes.make([59], [UInt8](repeating: 0, count: 59)))
    let cause = expectFileError(path) { _ = try DigitImages(.test, in: digits.directory.path) }
    guard case .mismatch("59 labels", "60, one an image", _) = cause else {
      Issue.record("\(String(describing: cause))")
      return
    }
  }

  @Test func aLabelThatIsNoDigit() throws {
    var labels = [UInt8](repeating: 9, count: 60)
    labels[17] = 10
    let path = try write(IDXBytes.make([60], labels))
    #expect(
      expectFileError(path) { _ = try DigitImages(.test, in: digits.directory.path) }
        == .invalidExample(index: 17, found: "label 10", expected: "a digit, 0 to 9"))
  }

  @Test func testImagesOfAnotherSize() throws {
    let images = try DigitImages(.test, in: digits.directory.path)
    try images.check(rows: 6, columns: 5, in: "data")
    expectFileError("data") { try images.check(rows: 5, columns: 6, in: "data") }
  }

  private static let mnist = TestFiles.data("mnist/train-images-idx3-ubyte.gz")

  /// What is known of MNIST: how often each digit comes, and the pixels' mean and deviation that many programs name.
  @Test(.enabled(if: mnist != nil, "needs data/mnist"))
  func theRealFiles() throws {
    let folder = URL(fileURLWithPath: try #require(Self.mnist)).deletingLastPathComponent().path
    let training = try DigitImages(.training, in: folder)
    let test = try DigitImages(.test, in: folder)
    #expect((training.count, training.rows, training.columns) == (60_000, 28, 28))
    #expect((test.count, test.rows, test.columns) == (10_000, 28, 28))
    var counts = [Int](repeating: 0, count: 10)
    for label in training.labels { counts[Int(label)] += 1 }
    #expect(counts == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    var histogram = [Int](repeating: 0, count: 256)
    training.pixels.withUnsafeBufferPointer { pixels in for pixel in pixels { histogram[Int(pixel)] += 1 } }
    let moments = (1...2).map { power in
      histogram.enumerated().reduce(0.0) {
        $0 + Double($1.element) * pow(Double($1.offset) / 255, Double(power))
      } / Double(training.pixels.count)
    }
    #expect(abs(moments[0] - 0.1307) < 1e-4)
    #expect(abs((moments[1] - moments[0] * moments[0]).squareRoot() - 0.3081) < 1e-4)
  }

  /// Replaces the test labels.
  private func write(_ bytes: [UInt8]) throws -> String {
    try digits.directory.write(IDXBytes.gzip(bytes), to: "t10k-labels-idx1-ubyte.gz")
  }
}
