import GPT2BinaryFiles
import GPT2Kernels
import GPT2ModelFiles
import GPT2SafeTensors
import GPT2Transformer

@testable import GPT2PyTorchFiles

extension Reader {
  /// Models and what belongs to them.
  static var models: [Reader] {
    [
      Reader("checkpoint") { input in
        let path = input.file("input.bin")
        _ = try? Checkpoint.read(path, placing: .mapped)
        try readModel(path)
      },
      Reader("gguf") { try readModel($0.file("input.gguf")) },
      Reader("safetensors") { try readModel($0.file("input.safetensors")) },
      Reader("safetensors-index") { input in
        let path = input.file("model.safetensors.index.json")
        _ = try ShardIndex(contentsOf: path)
        _ = try SafeTensorsSet(index: path)
      },
      Reader("pytorch") { input in
        let path = input.file("input.pt")
        let file = try PyTorchFile(try MappedFile(path: path))
        for words in [[], ["model"], ["optimizer", "state"]] { _ = try? file.value(words, number: 0, "step") }
        _ = try? file.tensors()
        _ = try? file.tensors("model")
        try readModel(path)
      },
      Reader("pickle") { _ = try Unpickler.read($0.bytes, path: "input") },
      Reader("config") { input in
        // Beside weights that fit none of them.
        let path = input.file("config.safetensors", holding: emptySafeTensors)
        _ = input.file("config.json")
        defer { _ = input.file("config.json", holding: []) }
        let model = try ModelFile(contentsOf: path)
        _ = try model.configuration()
      },
      Reader("adapters") { _ = try AdapterFile.read($0.file()) },
      Reader("reference-state") { input in
        _ = try ReferenceState(contentsOf: input.file(), for: try tiny())
      },
    ]
  }

  private static let emptySafeTensors =
    [UInt8](repeating: 0, count: 0) + [2, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8)

  /// That of Tests/Fixtures/tiny.bin.
  static func tiny() throws -> Configuration {
    try Configuration(maximumSequenceLength: 8, vocabularySize: 13, layers: 2, heads: 2, channels: 8)
  }

  /// As far as generation and training go: every value is decoded.
  private static func readModel(_ path: String) throws {
    let file = try ModelFile(contentsOf: path)
    let configuration = try file.configuration()
    _ = try? file.tokenizer()
    let workers = Workers(count: 1)
    _ = try file.weights(on: workers)
    // What a small file may declare is small, but for what its padding rows would take.
    guard let count = Parameters.valueCount(of: configuration, holding: .all), count < 1 << 22 else { return }
    _ = try file.parameters(on: workers)
  }
}
