import GPT2BinaryFiles
import Foundation
import GPT2GGUF
import TestSupport
import Testing

/// Files of the Python package `gguf`; see dev/reference/make_gguf.py.
@Suite struct GGUFFileTests {
  private let types = TestFiles.fixture("gguf/types.gguf")

  @Test func metadataOfEveryTypeIsRead() throws {
    let file = try GGUFFile(contentsOf: types)
    let expected: [MetadataEntry] = [
      MetadataEntry("general.architecture", .string("test")),
      MetadataEntry("a.uint8", .uint8(200)),
      MetadataEntry("a.int8", .int8(-100)),
      MetadataEntry("a.uint16", .uint16(60000)),
      MetadataEntry("a.int16", .int16(-30000)),
      MetadataEntry("a.uint32", .uint32(4_000_000_000)),
      MetadataEntry("a.int32", .int32(-2_000_000_000)),
      MetadataEntry("a.float32", .float32(0.1)),
      MetadataEntry("a.bool", .bool(true)),
      MetadataEntry("a.string", .string("Ġé😀")),
      MetadataEntry("a.strings", .strings(["", "b", "ćd"])),
      MetadataEntry("a.int32s", .int32s([1, -2, 3])),
      MetadataEntry("a.float32s", .array(of: .float32, [.float32(1.5), .float32(-0.25)])),
      MetadataEntry("a.bools", .array(of: .bool, [.bool(true), .bool(false)])),
      MetadataEntry("a.uint64", .uint64(1 << 63 + 1)),
      MetadataEntry("a.int64", .int64(-1 << 62)),
      MetadataEntry("a.float64", .float64(0.1)),
    ]
    #expect(file.metadata == expected)
    #expect(file["a.int8"]?.integer == -100)
    #expect(file["a.uint64"]?.integer == nil)
    #expect(file["a.strings"]?.strings == ["", "b", "ćd"])
    #expect(file["a.absent"] == nil)
    #expect(file.alignment == 32)
  }

  @Test func tensorsOfEveryTypeAreRead() throws {
    let file = try GGUFFile(contentsOf: types)
    #expect(
      file.tensors == [
        TensorInfo(name: "tensor.f32", dimensions: [3], type: .f32),
        TensorInfo(name: "tensor.f16", dimensions: [5, 2], type: .f16),
        TensorInfo(name: "tensor.q8_0", dimensions: [64, 3], type: .q8_0),
        TensorInfo(name: "tensor.q4_0", dimensions: [32, 2, 1], type: .q4_0),
        TensorInfo(name: "tensor.bf16", dimensions: [7, 2, 1, 1], type: .bf16),
      ])
    #expect(file.tensors.map(\.byteCount) == [12, 20, 204, 36, 28])
    // (-95.5, -94.5, -93.5) / 8
    let expected: [Float] = [-11.9375, -11.8125, -11.6875]
    let bytes = expected.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init) }
    #expect(copy(of: "tensor.f32", in: file) == bytes)
    // -0x1.7Ep3
    #expect(copy(of: "tensor.bf16", in: file)?.prefix(2) == [0x3F, 0xC1])
    #expect(copy(of: "absent", in: file) == nil)
  }

  @Test func aTensorOfAlignment32BeginsAtAMultiple() throws {
    let file = try GGUFFile(contentsOf: types)
    let start = try #require(file.file.bytes.baseAddress)
    for info in file.tensors {
      let address = try #require(file.bytes(ofTensor: info.name)?.baseAddress)
      #expect((address - start) % 32 == 0)
    }
  }

  @Test(arguments: ["types.gguf", "model_q8_0.gguf"])
  func whatIsWrittenHasTheBytesOfThePythonPackages(name: String) throws {
    let directory = try TemporaryDirectory()
    let source = TestFiles.fixture("gguf/\(name)")
    let file = try GGUFFile(contentsOf: source)
    let copy = directory.file(name)
    try GGUFWriter.write(to: copy, replacing: false, metadata: file.metadata, tensors: file.tensors) {
      index, append throws(FileError) in
      // In two parts.
      let name = file.tensors[index].name
      guard let bytes = file.bytes(ofTensor: name) else { return }
      try append(UnsafeRawBufferPointer(rebasing: bytes[..<5]))
      try append(UnsafeRawBufferPointer(rebasing: bytes[5...]))
    }
    withExtendedLifetime(file) {}
    let written = try Data(contentsOf: URL(fileURLWithPath: copy))
    #expect(try written == Data(contentsOf: URL(fileURLWithPath: source)))
  }

  @Test func aFileWithoutAnythingIsAFile() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("empty.gguf")
    try GGUFWriter.write(to: path, replacing: false, metadata: [], tensors: []) { _, _ in }
    let file = try GGUFFile(contentsOf: path)
    #expect(file.metadata.isEmpty && file.tensors.isEmpty)
  }

  @Test func anExistingFileIsNotOverwrittenUnlessAsked() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write([1], to: "there.gguf")
    let cause = expectFileError(path) {
      try GGUFWriter.write(to: path, replacing: false, metadata: [], tensors: []) { _, _ in }
    }
    #expect(cause == .alreadyExists)
    try GGUFWriter.write(to: path, replacing: true, metadata: [], tensors: []) { _, _ in }
    #expect(try GGUFFile(contentsOf: path).tensors.isEmpty)
  }

  @Test func whatFailsHalfWayLeavesNothing() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("half.gguf")
    let info = TensorInfo(name: "a", dimensions: [4], type: .f32)
    let cause = expectFileError(path) {
      try GGUFWriter.write(to: path, replacing: false, metadata: [], tensors: [info]) {
        _, append throws(FileError) in
        try append(UnsafeRawBufferPointer(start: nil, count: 0))
        throw FileError(path, .noMatch)
      }
    }
    #expect(cause == .noMatch)
    #expect(try directory.names().isEmpty)
  }
}
