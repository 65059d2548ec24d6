@testable import GPT2Lessons

extension Reader {
  /// The ladder's files.
  static var lessons: [Reader] {
    [
      Reader("idx") { _ = try IDXFile(contentsOf: $0.file(), rank: 3, holding: "images") },
      // The same files: what begins as gzip's do is read as such.
      Reader("idx-gzip") { _ = try IDXFile(contentsOf: $0.file(), rank: 1, holding: "labels") },
      Reader("names") { input in
        for name in ["train.txt", "val.txt", "test.txt"] { _ = input.file(name) }
        _ = try NameTexts(directory: String(input.folder.dropLast()), least: 4)
      },
      Reader("points") { _ = try PointFile.read($0.file()) },
      Reader("scaling-runs") { _ = try ScalingRunFile.read($0.file(), vocabularySize: 50257) },
      Reader("characters") { _ = try CharacterText(contentsOf: $0.file()) },
      Reader("trace") { _ = try NeuralNGramTrace(contentsOf: $0.file()) },
    ]
  }
}
