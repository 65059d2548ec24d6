import Foundation
import GPT2ModelFiles
import TestSupport
import GPT2Tokens
import GPT2Transformer

/// A directory with what the model tiny.bin, of 31 tokens and 9 positions, can be evaluated on.
struct EvaluationWorkspace {
  let directory: TemporaryDirectory
  let model = TestFiles.fixture("tiny.bin")
  let plain: PlainGPT2
  /// 31 tokens, of which the first is end-of-text.
  let tokenizer: String
  let tokens: [Int32]
  let data: String

  init() throws {
    directory = try TemporaryDirectory()
    plain = PlainGPT2(try Checkpoint.read(model))
    var random = SeededRandom(seed: 17)
    tokens = (0..<24).map { _ in Int32.random(in: 0..<31, using: &random) } + [0]
    data = directory.file("data.bin")
    try TokenFile.write(tokens.map(UInt16.init), to: data, replacing: false)
    var bytes = [UInt8](repeating: 0, count: 1024)
    for (field, value) in [20_240_328, 2, 31, 0].enumerated() { bytes.set(field, to: Int32(value)) }
    for id: UInt8 in 0..<31 { bytes += [2, 96, 64 + id] }
    tokenizer = try directory.write(bytes, to: "tokenizer.bin")
  }

  func evaluate(_ more: String...) throws -> Command { try Command(["evaluate", "--model", model] + more) }
}

extension Command {
  /// Standard output as JSON, one object a line.
  func objects() throws -> [[String: Any]] {
    try output.split(separator: "\n").compactMap {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
  }
}
