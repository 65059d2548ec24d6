import GPT2BinaryFiles
import Foundation
import GPT2Kernels
import TestSupport
import Testing

@testable import GPT2ModelFiles
@testable import GPT2Transformer

@Suite struct CheckpointTests {
  private let directory: TemporaryDirectory
  private let tiny = TestFiles.fixture("tiny.bin")

  init() throws { directory = try TemporaryDirectory() }

  @Test func writingWhatWasReadGivesTheSameBytes() throws {
    for (name, version) in [
      ("tiny.bin", Checkpoint.Version.float32), ("tiny_bf16.bin", .bfloat16), ("awkward.bin", .float32),
    ] {
      let path = TestFiles.fixture(name)
      let copy = directory.file(name)
      try Checkpoint.write(try Checkpoint.read(path), to: copy, replacing: false, version: version)
      #expect(
        try Data(contentsOf: URL(fileURLWithPath: copy)) == Data(contentsOf: URL(fileURLWithPath: path)))
    }
  }

  @Test func aMappedCheckpointHoldsTheSameValuesAndNeverChangesItsFile() throws {
    let path = directory.file("copy.bin")
    try Checkpoint.write(try Checkpoint.read(tiny), to: path, replacing: false)
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    let mapped = try Checkpoint.read(path, placing: .mapped)
    let copied = try Checkpoint.read(tiny)
    for tensor in ParameterTensor.allCases { #expect(mapped.copy(of: tensor) == copied.copy(of: tensor)) }
    mapped.values.update(repeating: 1)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
  }

  @Test func bfloat16HoldsTheFloat32WeightsRounded() throws {
    let exact = try Checkpoint.read(tiny)
    let rounded = try Checkpoint.read(TestFiles.fixture("tiny_bf16.bin"))
    for (a, b) in zip(exact.values, rounded.values) {
      // PyTorch rounded them; 8 bits of significand are half a unit of 2⁻⁸ at most.
      #expect(abs(a - b) <= abs(a) / 256)
      #expect(b.bitPattern & 0xFFFF == 0)
    }
  }

  @Test func version1IsPaddedOnLoad() throws {
    let unpadded = try Checkpoint.read(TestFiles.fixture("tiny_v1.bin"))
    let padded = try Checkpoint.read(tiny)
    #expect(unpadded.configuration.paddedVocabularySize == 128)
    #expect(unpadded.configuration.vocabularySize == 31)
    for tensor in ParameterTensor.allCases where tensor != .wte {
      #expect(Array(unpadded.values(of: tensor)) == Array(padded.values(of: tensor)))
    }
    let count = 31 * padded.configuration.channels
    #expect(
      Array(unpadded.values(of: .wte)[..<count]) == Array(padded.values(of: .wte)[..<count]))
    #expect(unpadded.values(of: .wte)[count...].allSatisfy { $0 == 0 })
  }

  @Test func paddingRowsAreClearedOnLoad() throws {
    var bytes = try bytes(of: tiny)
    let row = 31 * 10 * 4 + Header.byteCount
    bytes.replaceSubrange(row..<row + 4, with: [0, 0, 0xC0, 0x7F])  // NaN
    let path = try directory.write(bytes, to: "padding.bin")
    for placement in [Checkpoint.Placement.copied, .mapped] {
      let parameters = try Checkpoint.read(path, placing: placement)
      #expect(parameters.firstNonFinite(on: Workers(count: 1)) == nil)
      #expect(parameters[.wte][31].allSatisfy { $0 == 0 })
    }
  }

  @Test func nanWeightsLoadAndAreFound() throws {
    var bytes = try bytes(of: tiny)
    let last = bytes.count - 4
    bytes.replaceSubrange(last..<last + 4, with: [0, 0, 0xC0, 0x7F])
    let parameters = try Checkpoint.read(try directory.write(bytes, to: "nan.bin"))
    let found = parameters.firstNonFinite(on: Workers(count: 2))
    #expect(found?.tensor == .lnfb)
    #expect(found?.index == 9)
  }

  @Test func anExistingFileIsNotOverwrittenUnlessAsked() throws {
    let path = try directory.write([1, 2, 3], to: "there.bin")
    let parameters = try Checkpoint.read(tiny)
    #expect(
      expectFileError(path) { try Checkpoint.write(parameters, to: path, replacing: false) } == .alreadyExists
    )
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data([1, 2, 3]))
    try Checkpoint.write(parameters, to: path, replacing: true)
    #expect(try bytes(of: path) == bytes(of: tiny))
    #expect(try directory.names() == ["there.bin"])
  }

  private func bytes(of path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }
}
