import BinaryFiles
import Foundation
import TestSupport
import Testing

@testable import Training

@Suite struct OutlierDetectorTests {
  /// Against the mean and deviation of the last 128 values, written down once more.
  @Test func scoresAreThoseOfTheLast128Values() {
    var random = SeededRandom(seed: 3)
    var detector = OutlierDetector()
    var values: [Double] = []
    for index in 0..<400 {
      let value = Double.random(in: 2...3, using: &random)
      values.append(value)
      let score = detector.zScore(of: value)
      guard index >= 128 else {
        #expect(score == nil)
        continue
      }
      let window = values.suffix(128)
      let mean = window.reduce(0, +) / 128
      let deviation = (window.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 128).squareRoot()
      #expect(abs((score ?? .nan) - (value - mean) / deviation) < 1e-12)
    }
  }

  @Test func equalValuesAreNoOutliers() {
    var detector = OutlierDetector()
    for _ in 0..<128 { #expect(detector.zScore(of: 1.5) == nil) }
    #expect(detector.zScore(of: 1.5) == 0)
  }

  @Test func progressSurvivesItsFileBitForBit() throws {
    let directory = try TemporaryDirectory()
    var random = SeededRandom(seed: 8)
    var progress = TrainingProgress()
    for step in 0..<300 {
      _ = progress.losses.zScore(of: Double(Float.random(in: 0...11, using: &random)))
      _ = progress.gradientNorms.zScore(of: Double(Float.random(in: 0...1, using: &random)))
      _ = progress.add(.init(step: step, loss: Float.random(in: 1...2, using: &random)))
      let path = directory.file("progress_\(step).json")
      try progress.write(to: path, replacing: false)
      #expect(try TrainingProgress(contentsOf: path) == progress)
    }
  }

  @Test func damagedProgressIsRefused() throws {
    let directory = try TemporaryDirectory()
    for text in ["", "{", "[]", #"{"losses": 3}"#] {
      let path = try directory.write(Array(text.utf8), to: "progress.json")
      guard case .mismatch = expectFileError(path, { _ = try TrainingProgress(contentsOf: path) }) else {
        Issue.record("expected a mismatch")
        continue
      }
    }
  }
}
