import GPT2BinaryFiles
import Foundation
import GPT2SafeTensors
import TestSupport
import Testing

/// The file that dev/reference/make_safetensors.py wrote with Hugging Face's own package.
@Suite struct SafeTensorsFileTests {
  private let path = TestFiles.fixture("safetensors/types.safetensors")

  @Test func whatPythonWrote() throws {
    let file = try SafeTensorsFile(contentsOf: path)
    #expect(file.metadata == ["format": "pt"])
    #expect(file.tensors.count == 29)
    for type in ElementType.allCases {
      let name = type.name.lowercased().replacingOccurrences(of: "_", with: "")
      let info = try #require(file.tensors.first { $0.name == name }, "\(name)")
      #expect(info.type == type)
      #expect(info.shape == [2])
      let count = 2 * type.byteCount
      #expect(bytes(of: name, in: file) == (0..<UInt8(count)).map { type == .bool ? $0 % 2 : $0 })
    }
    for (name, shape) in [
      ("b.é\"\\", [2, 3]), ("B", []), ("a", [3]), ("c\t", [0, 5]), ("b.10", [1, 2, 1, 2]), ("b.9", [1]),
    ] as [(String, [Int])] {
      let info = try #require(file.tensors.first { $0.name == name + " f16" })
      #expect(info == SafeTensorInfo(name: name + " f16", type: .f16, shape: shape))
      let count = shape.reduce(2, *)
      #expect(bytes(of: info.name, in: file) == (0..<UInt8(count)).map { $0 })
    }
    #expect(file.bytes(ofTensor: "missing") == nil)
  }

  /// In whatever order the tensors are given.
  @Test(arguments: 0..<4)
  func theSameBytesComeOut(seed: UInt64) throws {
    let file = try SafeTensorsFile(contentsOf: path)
    var random = SeededRandom(seed: seed)
    let tensors = file.tensors.shuffled(using: &random)
    let directory = try TemporaryDirectory()
    let copy = directory.file("copy.safetensors")
    try SafeTensorsWriter.write(
      to: copy, replacing: false, metadata: file.metadata, tensors: tensors,
      data: { index, append throws(FileError) in
        if let bytes = file.bytes(ofTensor: tensors[index].name) { try append(bytes) }
      })
    #expect(try contents(copy) == contents(path))
    #expect(try directory.names() == ["copy.safetensors"])
  }

  @Test func aFileWithoutTensorsOrMetadata() throws {
    let directory = try TemporaryDirectory()
    let empty = directory.file("empty.safetensors")
    try SafeTensorsWriter.write(to: empty, replacing: false, metadata: [:], tensors: []) { _, _ in }
    #expect(try contents(empty) == Data([8, 0, 0, 0, 0, 0, 0, 0] + Array("{}      ".utf8)))
    let file = try SafeTensorsFile(contentsOf: empty)
    #expect(file.tensors.isEmpty && file.metadata.isEmpty)
  }

  /// What goes wrong before the file has its name leaves nothing behind.
  @Test func whollyOrNotAtAll() throws {
    let directory = try TemporaryDirectory()
    let target = directory.file("a.safetensors")
    let cause = expectFileError("other") {
      try SafeTensorsWriter.write(
        to: target, replacing: false, metadata: [:], tensors: [], data: { _, _ in },
        beforeNaming: { () throws(FileError) in throw FileError("other", .notFound) })
    }
    #expect(cause == .notFound)
    #expect(try directory.names().isEmpty)
  }

  private func bytes(of tensor: String, in file: SafeTensorsFile) -> [UInt8]? {
    withExtendedLifetime(file) { file.bytes(ofTensor: tensor).map { Array($0) } }
  }

  private func contents(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }
}
