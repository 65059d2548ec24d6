import GPT2BinaryFiles
import Foundation
import GPT2SafeTensors
import TestSupport

@testable import GPT2ModelFiles
@testable import GPT2Transformer

/// The folders that dev/reference/make_huggingface.py wrote with transformers.
enum HuggingFaceFixture {
  static let model = TestFiles.fixture("huggingface/model")
  static let sharded = TestFiles.fixture("huggingface/sharded")
  static let bf16 = TestFiles.fixture("huggingface/bf16.safetensors")

  struct Expected: Decodable {
    let tokens: [Int32]
    let logits: [Double]
  }

  static func expected() throws -> Expected {
    let path = TestFiles.fixture("huggingface/expected.json")
    return try JSONDecoder().decode(Expected.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
  }

  static func configuration() throws -> Configuration {
    try Configuration(maximumSequenceLength: 13, vocabularySize: 757, layers: 2, heads: 3, channels: 15)
  }
}

/// A copy of the fixture's folder in which things can be made wrong.
struct FolderCopy {
  let directory: TemporaryDirectory
  var path: String { directory.path }
  var weights: String { directory.file("model.safetensors") }
  var configuration: String { directory.file("config.json") }

  init() throws {
    directory = try TemporaryDirectory()
    for name in ["config.json", "model.safetensors"] {
      let data = try Data(contentsOf: URL(fileURLWithPath: HuggingFaceFixture.model + "/" + name))
      _ = try directory.write(Array(data), to: name)
    }
  }

  /// Changes config.json; a value of `nil` removes a key.
  func configure(_ changes: [String: Any?]) throws {
    let url = URL(fileURLWithPath: configuration)
    let object = try JSONSerialization.jsonObject(with: try Data(contentsOf: url))
    var members = object as? [String: Any] ?? [:]
    for (key, value) in changes { members[key] = value }
    try JSONSerialization.data(withJSONObject: members).write(to: url)
  }

  struct Tensor {
    var info: SafeTensorInfo
    var bytes: [UInt8]
  }

  /// Writes other tensors.
  func change(_ body: (inout [Tensor]) throws -> Void) throws {
    let file = try SafeTensorsFile(contentsOf: weights)
    var tensors = file.tensors.map { info in
      Tensor(info: info, bytes: file.bytes(ofTensor: info.name).map { Array($0) } ?? [])
    }
    try body(&tensors)
    let contents = tensors
    try SafeTensorsWriter.write(
      to: weights, replacing: true, metadata: file.metadata, tensors: contents.map(\.info)
    ) { index, append throws(FileError) in
      let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: contents[index].bytes.count, alignment: 1)
      defer { bytes.deallocate() }
      bytes.copyBytes(from: contents[index].bytes)
      try append(UnsafeRawBufferPointer(bytes))
    }
  }
}

extension [FolderCopy.Tensor] {
  mutating func rename(_ name: (String) -> String) {
    self = map {
      FolderCopy.Tensor(
        info: SafeTensorInfo(name: name($0.info.name), type: $0.info.type, shape: $0.info.shape),
        bytes: $0.bytes)
    }
  }

  mutating func add(_ name: String, _ type: ElementType, _ shape: [Int], byte: UInt8 = 0) {
    let info = SafeTensorInfo(name: name, type: type, shape: shape)
    append(FolderCopy.Tensor(info: info, bytes: [UInt8](repeating: byte, count: info.byteCount ?? 0)))
  }

  /// The same with another type or shape, of as many bytes.
  mutating func change(_ name: String, type: ElementType? = nil, shape: [Int]? = nil) {
    for index in indices where self[index].info.name == name {
      let info = self[index].info
      self[index].info = SafeTensorInfo(name: name, type: type ?? info.type, shape: shape ?? info.shape)
    }
  }
}
