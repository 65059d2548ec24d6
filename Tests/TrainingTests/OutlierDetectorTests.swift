import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

@testable import GPT2TrainingCore

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
      #expect(try TrainingProgress(contentsOf: path, step: step) == progress)
    }
  }

  @Test func damagedProgressIsRefused() throws {
    let directory = try TemporaryDirectory()
    for text in ["", "{", "[]", #"{"losses": 3}"#] {
      let path = try directory.write(Array(text.utf8), to: "progress.json")
      guard case .mismatch = expectFileError(path, { _ = try TrainingProgress(contentsOf: path, step: 4) })
      else {
        Issue.record("expected a mismatch")
        continue
      }
    }
  }

  /// Numbers that no run comes to in four steps, with which it would go on to a trap or to nonsense.
  @Test(arguments: [
    ("validationsSinceBest", "9223372036854775807"), ("validationsSinceBest", "-1"),
    ("validationsSinceBest", "2147483648"), ("lastValidation", "5"), ("lastValidation", "-1"),
    ("averagedSince", "9223372036854775807"), ("averagedSince", "-9223372036854775808"),
    ("best", #"{"step": 5, "loss": 1}"#), ("best", #"{"step": 1, "loss": "NaN"}"#),
    ("losses", #"{"values": ["NaN"]}"#),
    ("gradientNorms", #"{"values": [\#([String](repeating: "1", count: 129).joined(separator: ","))]}"#),
  ])
  func impossibleProgressIsRefused(name: String, value: String) throws {
    var members = [
      "validationsSinceBest": "2", "lastValidation": "4", "best": #"{"step": 4, "loss": 1}"#,
      "losses": #"{"values": [1]}"#, "gradientNorms": #"{"values": []}"#,
    ]
    let directory = try TemporaryDirectory()
    func write() throws -> String {
      let text = members.map { #""\#($0)": \#($1)"# }.joined(separator: ", ")
      return try directory.write(Array("{\(text)}".utf8), to: "progress.json")
    }
    #expect(try TrainingProgress(contentsOf: try write(), step: 4).validationsSinceBest == 2)
    members[name] = value
    let path = try write()
    guard
      case .mismatch(let found, _, _) = expectFileError(
        path, { _ = try TrainingProgress(contentsOf: path, step: 4) })
    else { return }
    #expect(found.contains(name))
  }
}
