import Foundation
import TestSupport
import Testing

/// A rung that reads MNIST's files, and a directory of small ones.
struct DigitRung {
  let directory: TemporaryDirectory
  /// The rung's name, and the options that it always has.
  private let words: [String]

  /// - Parameters:
  ///   - lit: The pixel that a label's images have bright; all others are dark.
  init(
    _ words: [String], training: Int, test: Int, rows: Int, columns: Int, lit: (_ label: Int) -> Int
  ) throws {
    directory = try TemporaryDirectory()
    self.words = words
    var random = SeededRandom(seed: 5)
    for (name, count) in [("train", training), ("t10k", test)] {
      let labels = (0..<count).map { UInt8($0 % 10) }
      let pixels = labels.flatMap { label in
        (0..<rows * columns).map {
          UInt8($0 == lit(Int(label)) ? 200 : 0) + UInt8.random(in: 0...50, using: &random)
        }
      }
      try write("\(name)-images-idx3-ubyte", [count, rows, columns], pixels)
      try write("\(name)-labels-idx1-ubyte", [count], labels)
    }
  }

  func callAsFunction(_ options: String...) throws -> Command { try run(options) }

  private func run(_ options: [String]) throws -> Command {
    let name = words.prefix(1) + ["--data", directory.path]
    return try Command(name + words.dropFirst() + options, executable: Command.ladder)
  }

  /// Writes an idx file.
  func write(_ name: String, _ dimensions: [Int], _ values: [UInt8]) throws {
    _ = try directory.write(IDXBytes.make(dimensions, values), to: name)
  }

  /// Expects that a training which diverges says so, and leaves nothing.
  func expectDivergence(_ more: [String], sourceLocation: SourceLocation = #_sourceLocation) throws {
    let output = directory.file("new")
    let result = try run(["--epochs", "2", "--learning-rate", "1e30", "--output", output] + more)
    expectRefusal(
      result, naming: "found a loss of ", "try a smaller learning rate", sourceLocation: sourceLocation)
    #expect(!FileManager.default.fileExists(atPath: output), sourceLocation: sourceLocation)
  }
}
