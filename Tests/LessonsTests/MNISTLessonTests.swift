import GPT2Charts
import Foundation
import GPT2Kernels
import TestSupport
import Testing

@testable import GPT2Lessons

/// The lesson as a whole, on small digits.
@Suite struct MNISTLessonTests {
  private let training: DigitImages
  private let test: DigitImages

  init() throws {
    let digits = try SmallDigits()
    training = try DigitImages(.training, in: digits.directory.path)
    test = try DigitImages(.test, in: digits.directory.path)
  }

  private func lesson(
    hidden: Int = 12, epochs: Int = 3, batchSize: Int = 16, seed: UInt32 = 1, threads: Int = 2
  ) throws -> MNISTLesson {
    try MNISTLesson(
      training: training, test: test,
      .init(hidden: hidden, epochs: epochs, batchSize: batchSize, learningRate: 0.02, seed: seed),
      on: Workers(count: threads))
  }

  @Test func learns() throws {
    let lesson = try lesson(epochs: 20)
    #expect(lesson.course.epochs.map(\.epoch) == Array(0...20))
    #expect(lesson.course.losses.count == 20 * 12)
    #expect(lesson.course.imagesSeen == 20 * 12 * 16)
    #expect(lesson.course.epochs[0].testAccuracy < 0.4)
    #expect(lesson.readings.accuracy > 0.95)
    #expect(lesson.course.epochs.last?.testAccuracy == lesson.readings.accuracy)
  }

  @Test func theSameSeedGivesTheSameBits() throws {
    let one = try lesson(threads: 1)
    let two = try lesson(threads: 2)
    let other = try lesson(seed: 2)
    #expect(one.course.losses == two.course.losses && one.course.losses != other.course.losses)
    #expect(one.network.parameters.copy == two.network.parameters.copy)
  }

  /// A batch larger than all images, and images that fill no batch.
  @Test(arguments: [(500, 1), (199, 1), (101, 1), (100, 2)])
  func awkwardBatches(batchSize: Int, stepsPerEpoch: Int) throws {
    #expect(try lesson(epochs: 2, batchSize: batchSize).course.losses.count == 2 * stepsPerEpoch)
  }

  @Test func anEpochTakesEachImageOnce() throws {
    let images = training
    let trainer = try DigitTraining(
      images, .init(hidden: 2, epochs: 1, batchSize: 1, learningRate: 0), on: Workers(count: 1))
    // Without learning, an image's loss is its own.
    let losses = try images.plain(0..<images.count).map {
      try plain(trainer.network).loss([$0])
    }
    var found: [Double] = []
    _ = try trainer.runEpoch { found.append(Double($0)) }
    #expect(found.count == losses.count)
    #expect(zip(found.sorted(), losses.sorted()).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(zip(found, losses).contains { abs($0 - $1) > 1e-3 }, "the order is not shuffled")
  }

  @Test func readingsAreThoseOfPlainArithmetic() throws {
    let lesson = try lesson(epochs: 1)
    let plain = try plain(lesson.network)
    let examples = test.plain(0..<test.count)
    #expect(abs(lesson.readings.loss - plain.loss(examples)) < 1e-5)
    var confusion = [[Int]](repeating: [Int](repeating: 0, count: 10), count: 10)
    for (index, example) in examples.enumerated() {
      let logits = plain.logits(example.x)
      let guess = try #require(logits.firstIndex(of: logits.max() ?? 0))
      confusion[example.label][guess] += 1
      #expect(lesson.readings.guesses[index] == guess)
      let probability = exp(logits[guess]) / logits.reduce(0) { $0 + exp($1) }
      #expect(abs(Double(lesson.readings.confidences[index]) - probability) < 1e-5)
    }
    #expect(lesson.readings.confusion == confusion)
    let wrong = test.labels.indices.filter { lesson.readings.guesses[$0] != test.labels[$0] }
    // After so little training there must be some, or this says nothing.
    #expect(!wrong.isEmpty && Set(lesson.readings.mistakes) == Set(wrong))
    let sureness = lesson.readings.mistakes.map { lesson.readings.confidences[$0] }
    #expect(sureness == sureness.sorted(by: >))
    let worst = try #require(lesson.readings.confusions(1).first)
    #expect(worst.count == confusion[worst.actual][worst.read] && worst.actual != worst.read)
    let names = [worst.actual, worst.read].map { $0 == 8 ? "an 8" : "a \($0)" }
    #expect(lesson.lines[1] == "\(worst.count) times \(names[0]) was read as \(names[1])")
    #expect(lesson.readings.confusions(100).reduce(0) { $0 + $1.count } == wrong.count)
  }

  @Test func switchingAUnitOffIsComputingWithoutIt() throws {
    let lesson = try lesson(hidden: 5)
    let plain = try plain(lesson.network)
    let examples = test.plain(0..<test.count)
    func accuracies(without unit: Int?) -> [Double] {
      (0..<10).map { digit in
        let own = examples.filter { $0.label == digit }
        let right = own.count { example in
          let logits = plain.logits(example.x, without: unit)
          return logits[digit] == logits.max()
        }
        return Double(right) / Double(max(1, own.count))
      }
    }
    let whole = accuracies(without: nil)
    #expect(lesson.ablation.accuracies == whole)
    #expect(lesson.ablation.effects.map(\.unit).sorted() == Array(0..<5))
    for effect in lesson.ablation.effects {
      let expected = accuracies(without: effect.unit)
      #expect(effect.accuracies == expected)
      #expect(effect.drops == zip(whole, expected).map { $0 - $1 })
      #expect(effect.drops[effect.neediest] == effect.drops.max())
    }
    let drops = lesson.ablation.effects.map(\.drop)
    #expect(drops == drops.sorted(by: >) && drops.contains { $0 > 0 })
  }

  @Test func thePageShowsEveryPicture() throws {
    let gallery = try lesson().gallery
    #expect(
      gallery.pictures.map(\.name) == [
        "samples", "loss", "accuracy", "confusion", "mistakes", "units", "weights",
      ])
    for picture in gallery.pictures {
      _ = try XMLTree.parse(picture.chart.svg.standaloneSVG(picture.chart.size))
    }
  }

  /// One hidden unit, one test image: nothing may be divided by none.
  @Test func theSmallestLesson() throws {
    let digits = try SmallDigits(training: 1, test: 1)
    let lesson = try MNISTLesson(
      training: DigitImages(.training, in: digits.directory.path),
      test: DigitImages(.test, in: digits.directory.path),
      .init(hidden: 1, epochs: 1, batchSize: 1), on: Workers(count: 1))
    #expect(lesson.course.losses.count == 1)
    #expect(lesson.gallery.html.contains("Reading digits"))
    #expect(lesson.lines.count >= 2)
  }

  private func plain(_ network: DigitNetwork) throws -> PlainDigits {
    PlainDigits(network.shape, network.parameters.copy.map(Double.init))
  }
}
