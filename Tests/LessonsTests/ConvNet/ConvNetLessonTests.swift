import Foundation
import GPT2BinaryFiles
import GPT2Charts
import GPT2Kernels
import TestSupport
import Testing

@testable import GPT2Lessons

/// The lesson as a whole, on small digits.
@Suite struct ConvNetLessonTests {
  private let training: DigitImages
  private let test: DigitImages

  init() throws {
    let digits = try SmallDigits(training: 120, test: 30, rows: 12, columns: 11)
    training = try DigitImages(.training, in: digits.directory.path)
    test = try DigitImages(.test, in: digits.directory.path)
  }

  private func lesson(epochs: Int = 1, seed: UInt32 = 1, threads: Int = 2) throws -> ConvNetLesson {
    let settings = ConvNetLesson.Settings(
      firstMaps: 7, secondMaps: 13, kernel: 3,
      digits: .init(hidden: 17, epochs: epochs, batchSize: 16, learningRate: 0.02, seed: seed))
    return try ConvNetLesson(
      training: training, test: test, settings.shape(of: training, in: ""), settings.digits,
      on: Workers(count: threads))
  }

  @Test func learns() throws {
    let lesson = try lesson(epochs: 15)
    #expect(lesson.course.losses.count == 15 * 7)
    let (first, last) = (lesson.course.epochs[1], lesson.course.epochs[15])
    #expect(try #require(last.trainingLoss) < 0.7 * #require(first.trainingLoss))
    #expect(last.testLoss < 0.7 * first.testLoss)
  }

  @Test func theSameSeedGivesTheSameBits() throws {
    let one = try lesson(threads: 1)
    let many = try lesson(threads: 3)
    let other = try lesson(seed: 2)
    #expect(one.course.losses == many.course.losses && one.course.losses != other.course.losses)
    #expect(one.network.parameters.copy == many.network.parameters.copy)
  }

  @Test func theStartIsThatOfPyTorchsLayers() throws {
    let shape = try #require(ConvNetShape(rows: 28, columns: 28, maps: (18, 36), kernel: 5, hidden: 128))
    #expect(shape.parameters == 18 * 26 + 36 * 451 + 128 * 577 + 10 * 129)
    let tensors = try ConvNetParameters(random: shape, seed: 3)
    let inputs = [25, 25, 450, 450, 576, 576, 128, 128].map(Double.init)
    for (tensor, inputs) in zip(tensors.tensors, inputs) {
      let sizes = tensor.flat.map { abs(Double($0)) * inputs.squareRoot() }
      #expect(sizes.allSatisfy { $0 <= 1.000001 })
      // Of uniform numbers the mean size is half the bound.
      #expect(abs(sizes.reduce(0, +) / Double(sizes.count) - 0.5) < 0.3)
    }
  }

  @Test func readingsAndCodesAreThoseOfPlainArithmetic() throws {
    let lesson = try lesson()
    let shape = lesson.network.shape
    let parameters = lesson.network.parameters.copy.map(Double.init)
    let examples = test.plain(0..<test.count)
    #expect(abs(lesson.course.readings.loss - PlainConvNet.loss(examples, shape, parameters)) < 1e-4)
    let codes = try HiddenCodes(of: test, by: lesson.network)
    for (index, example) in examples.enumerated() {
      let (hidden, logits) = PlainConvNet.pass(example.x, shape, parameters)
      #expect(Int(lesson.course.readings.guesses[index]) == logits.firstIndex(of: logits.max() ?? 0))
      #expect(Closeness.error(of: Array(codes[index]), against: hidden) < 1e-4)
    }
  }

  /// What is drawn of a layer, pooled, is what the next one reads.
  @Test func mapsAreThoseOfPlainArithmetic() throws {
    let lesson = try lesson()
    let shape = lesson.network.shape.first
    let maps = try ConvNetActivations(of: 4, in: test, by: lesson.network).first
    let pooled = maps.flatMap { map in
      (0..<shape.pooledRows).flatMap { row in
        (0..<shape.pooledColumns).map { column in
          let top = 2 * row * shape.mapColumns + 2 * column
          return [top, top + 1, top + shape.mapColumns, top + shape.mapColumns + 1].map { map[$0] }.max() ?? 0
        }
      }
    }
    let parameters = lesson.network.parameters
    let expected = PlainConvNet.layer(
      test.plain([4])[0].x, parameters.weight1.flat.map(Double.init), parameters.bias1.flat.map(Double.init),
      shape)
    #expect(Closeness.error(of: pooled, against: expected) < 1e-5)
  }

  @Test func theNearestComeFirst() throws {
    let codes = try HiddenCodes(of: training, by: lesson().network)
    let query = codes[11]
    func distance(_ index: Int) -> Double {
      zip(codes[index], query).reduce(0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
    }
    let near = codes.nearest(to: query, 5)
    #expect(near.count == 5 && near[0] == 11)
    let all = training.labels.indices.map(distance).sorted()
    #expect(zip(near.map(distance), all).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(codes.nearest(to: query, 1000).count == training.count)
  }

  @Test func thePageShowsEveryPicture() throws {
    let gallery = try lesson().gallery()
    #expect(
      gallery.pictures.map(\.name) == [
        "samples", "kernels", "maps-1", "maps-2", "confusion", "neighbours", "misread", "loss", "accuracy",
        "mistakes",
      ])
    for picture in gallery.pictures {
      _ = try XMLTree.parse(picture.chart.svg.standaloneSVG(picture.chart.size))
    }
    struct Values: Decodable {
      let maps, channels: [Int]
      let labels: [UInt8]
    }
    let values = try #require(gallery.pictures[0].values)
    let decoded = try JSONDecoder().decode(Values.self, from: Data(values.utf8))
    #expect(decoded.maps == [7, 13] && decoded.channels == [1, 7] && decoded.labels == Array(0..<10))
  }

  /// One kernel, one unit, one image: nothing may be divided by none.
  @Test func theSmallestLesson() throws {
    let digits = try SmallDigits(training: 1, test: 1)
    let (training, test) = (
      try DigitImages(.training, in: digits.directory.path), try DigitImages(.test, in: digits.directory.path)
    )
    let settings = ConvNetLesson.Settings(
      firstMaps: 1, secondMaps: 1, kernel: 1, digits: .init(hidden: 1, epochs: 1, batchSize: 1))
    let lesson = try ConvNetLesson(
      training: training, test: test, settings.shape(of: training, in: ""), settings.digits,
      on: Workers(count: 1))
    #expect(lesson.course.losses.count == 1)
    #expect(try lesson.gallery().html.contains("Reading digits with kernels"))
  }

  @Test func imagesThatAreTooSmallAreNamed() throws {
    let settings = ConvNetLesson.Settings(digits: .init())
    let error = #expect(throws: FileError.self) { try settings.shape(of: training, in: "data/mnist") }
    #expect(error?.path == "data/mnist")
    #expect(error?.description.contains("12 × 11") == true)
    #expect(error?.description.contains("at least 16 × 16") == true)
  }
}
