import GPT2BinaryFiles
import Foundation
import GPT2Kernels
import TestSupport
import Testing

@testable import GPT2ModelFiles
@testable import GPT2Transformer

/// Files of adapters: written, read back, and held against the model that they belong to.
@Suite struct AdapterFileTests {
  private let directory: TemporaryDirectory
  private let base: Parameters
  private let workers = Workers(count: 2)

  init() throws {
    directory = try TemporaryDirectory()
    base = try Checkpoint.read(TestFiles.fixture("tiny.bin"))
  }

  @Test(arguments: [1, 3, 10], ["qkvw", "fcprojw", "attprojw,fcw", "linear"])
  func whatIsWrittenIsRead(rank: Int, targets: String) throws {
    let adapters = try AdaptedModel.randomAdapters(
      base.configuration, rank: rank, targets: TensorSet(names: targets))
    let path = directory.file("adapters.bin")
    try AdapterFile.write(adapters, for: Model(base, on: workers), to: path, replacing: false)
    let read = try AdapterFile.read(path, for: base, on: workers)
    #expect(read.layout == adapters.layout)
    #expect(read.copy().map(\.bitPattern) == adapters.copy().map(\.bitPattern))
    #expect(try AdapterFile.read(path).checksum == Checksum.of(base.values, on: workers))
  }

  /// The file of dev/reference/make_lora_reference.py, which shares nothing with ours.
  @Test func anotherProgramsFileIsReadAndWrittenByteForByte() throws {
    let awkward = try Checkpoint.read(TestFiles.fixture("awkward.bin"))
    let original = TestFiles.fixture("awkward_lora.bin")
    let adapters = try AdapterFile.read(original, for: awkward, on: workers)
    #expect(adapters.layout == (try AdaptedModel.layout(awkward.configuration)))
    let path = directory.file("again.bin")
    try AdapterFile.write(adapters, for: Model(awkward, on: workers), to: path, replacing: false)
    let contents = try [original, path].map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
    #expect(contents[0] == contents[1])
  }

  @Test func anExistingFileIsReplacedOnlyIfAsked() throws {
    let adapters = try AdaptedModel.randomAdapters(base.configuration)
    let path = try directory.write([1, 2, 3], to: "there.bin")
    let cause = fileErrorCause(path) { () throws(FileError) in
      try AdapterFile.write(adapters, for: Model(base, on: workers), to: path, replacing: false)
    }
    #expect(cause == .alreadyExists)
    try AdapterFile.write(adapters, for: Model(base, on: workers), to: path, replacing: true)
    #expect(try AdapterFile.read(path).adapters.copy() == adapters.copy())
    #expect(try directory.names() == ["there.bin"])
  }

  @Test(arguments: [Float.nan, .infinity])
  func adaptersThatAreNotFiniteAreNotWritten(value: Float) throws {
    let adapters = try AdaptedModel.randomAdapters(base.configuration)
    adapters.values[5] = value
    let path = directory.file("adapters.bin")
    let cause = fileErrorCause(path) { () throws(FileError) in
      try AdapterFile.write(adapters, for: Model(base, on: workers), to: path, replacing: false)
    }
    guard case .mismatch("weight \(value) at position 5 of the adapters", "a finite number", _) = cause else {
      Issue.record("\(String(describing: cause))")
      return
    }
    #expect(try directory.names().isEmpty)
  }

  @Test func adaptersForOtherWeightsAreRefused() throws {
    let adapters = try AdaptedModel.randomAdapters(base.configuration)
    let path = directory.file("adapters.bin")
    try AdapterFile.write(adapters, for: Model(base, on: workers), to: path, replacing: false)
    base.values(of: .lnfb)[9] += 1
    let cause = expectFileError(path) { _ = try AdapterFile.read(path, for: base, on: workers) }
    guard case .mismatch("adapters for a model of other weights", _, _) = cause else {
      Issue.record("expected a mismatch, found \(String(describing: cause))")
      return
    }
    // Who wants to combine them nevertheless can.
    #expect(try AdapterFile.read(path).adapters.copy() == adapters.copy())
  }

  /// Each field alone differs, and is named.
  @Test(arguments: [
    ("maximum sequence length = 9", 8, 31, 32, 2, 2, 10), ("vocabulary size = 31", 9, 30, 32, 2, 2, 10),
    ("padded vocabulary size = 32", 9, 31, 33, 2, 2, 10), ("layers = 2", 9, 31, 32, 3, 2, 10),
    ("heads = 2", 9, 31, 32, 2, 5, 10), ("channels = 10", 9, 31, 32, 2, 2, 12),
  ])
  func adaptersForAnotherConfigurationAreRefused(
    field: String, maxT: Int, V: Int, Vp: Int, L: Int, NH: Int, C: Int
  ) throws {
    let path = directory.file("adapters.bin")
    try AdapterFile.write(
      AdaptedModel.randomAdapters(base.configuration), for: Model(base, on: workers), to: path,
      replacing: false)
    let other = try Configuration(
      maximumSequenceLength: maxT, vocabularySize: V, paddedVocabularySize: Vp, layers: L, heads: NH,
      channels: C)
    let parameters = try Parameters(zeroed: other)
    let cause = expectFileError(path) { _ = try AdapterFile.read(path, for: parameters, on: workers) }
    guard case .mismatch("adapters for a model with \(field)", _, _) = cause else {
      Issue.record("expected a mismatch, found \(String(describing: cause))")
      return
    }
  }
}

/// One test a way in which a file of adapters can be wrong.
@Suite struct MalformedAdapterFileTests {
  private let directory: TemporaryDirectory
  /// `awkward_lora.bin`: 1024 + 4 · 6912 bytes.
  private let bytes: [UInt8]

  init() throws {
    directory = try TemporaryDirectory()
    bytes = Array(try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("awkward_lora.bin"))))
  }

  @Test func empty() throws {
    #expect(try cause { $0 = [] } == .truncatedHeader(found: 0, expected: 1024))
  }

  @Test func truncatedHeader() throws {
    #expect(try cause { $0.removeLast($0.count - 1023) } == .truncatedHeader(found: 1023, expected: 1024))
  }

  @Test func truncatedBody() throws {
    #expect(try cause { $0.removeLast() } == .wrongSize(found: 28671, expected: 28672))
  }

  @Test func headerOnly() throws {
    #expect(try cause { $0.removeLast($0.count - 1024) } == .wrongSize(found: 1024, expected: 28672))
  }

  @Test func extraBytes() throws {
    #expect(try cause { $0.append(0) } == .wrongSize(found: 28673, expected: 28672))
  }

  @Test func wrongMagic() throws {
    #expect(
      try cause { $0.set(0, to: 20_240_326) }
        == .mismatch(
          found: "a model checkpoint of llm.c's kind", expected: "low-rank adapters",
          advice: "name another file"))
  }

  @Test(arguments: [0, 2, -1] as [Int32])
  func version(_ version: Int32) throws {
    guard case .unsupportedVersion(version, [1], _) = try cause({ $0.set(1, to: version) }) else {
      Issue.record("expected an unsupported version")
      return
    }
  }

  @Test(arguments: [0, -1, 49, .max] as [Int32])
  func rank(_ rank: Int32) throws {
    guard case .invalidField("rank", Int(rank), _) = try cause({ $0.set(2, to: rank) }) else {
      Issue.record("expected an invalid field")
      return
    }
  }

  /// Of another rank there would be more or fewer values.
  @Test func rankThatTheFileDoesNotHave() throws {
    #expect(try cause { $0.set(2, to: 4) } == .wrongSize(found: 28672, expected: 1024 + 4 * 9216))
  }

  @Test(arguments: [0, -1, .infinity, .nan, -.infinity] as [Float])
  func alpha(_ alpha: Float) throws {
    let found = try cause { $0.set(3, to: Int32(bitPattern: alpha.bitPattern)) }
    guard case .mismatch("alpha \(alpha)", "a positive, finite number", _) = found else {
      Issue.record("expected a mismatch, found \(String(describing: found))")
      return
    }
  }

  /// None; embeddings; queries with their biases; bits that no tensor has.
  @Test(arguments: [0, 1, 1 << 4 | 1 << 5, 1 << 16, -1] as [Int32])
  func targets(_ bits: Int32) throws {
    guard case .invalidField("targets", Int(bits), _) = try cause({ $0.set(4, to: bits) }) else {
      Issue.record("expected an invalid field")
      return
    }
  }

  @Test func targetsThatTheFileDoesNotHave() throws {
    #expect(try cause { $0.set(4, to: 1 << 4) } == .wrongSize(found: 28672, expected: 1024 + 4 * 3 * 3 * 192))
  }

  @Test(arguments: 5...10, [-1, 0, .max] as [Int32])
  func configurationOutOfRange(field: Int, value: Int32) throws {
    guard case .invalidField(_, Int(value), _) = try cause({ $0.set(field, to: value) }) else {
      Issue.record("expected an invalid field")
      return
    }
  }

  /// Of what weights were rounded to: no type of ggml's, and two that nothing is rounded to.
  @Test(arguments: [-1, 99, 14, 12, .max] as [Int32])
  func rounding(_ number: Int32) throws {
    guard case .invalidField("rounding", Int(number), _) = try cause({ $0.set(13, to: number) }) else {
      Issue.record("expected an invalid field")
      return
    }
  }

  /// Each within its limit, but the product far beyond 64 bits.
  @Test func sizesWhoseProductOverflows() throws {
    let large: Int32 = 1 << 24
    let found = try cause { bytes in
      for field in [2, 8, 9, 10] { bytes.set(field, to: large) }
    }
    #expect(found == .wrongSize(found: 28672, expected: .max))
  }

  /// A size that memory might not hold is compared with the file, never allocated.
  @Test func sizesOfTerabytes() throws {
    guard case .wrongSize(28672, let expected) = try cause({ $0.set(8, to: 1 << 24) }) else {
      Issue.record("expected a wrong size")
      return
    }
    #expect(expected > 1 << 37)
  }

  @Test func missingFile() {
    let path = directory.file("missing.bin")
    #expect(expectFileError(path) { _ = try AdapterFile.read(path) } == .notFound)
  }

  @Test func directoryInsteadOfFile() {
    #expect(expectFileError(directory.path) { _ = try AdapterFile.read(directory.path) } == .isDirectory)
  }

  /// What reading the fixture throws once `change` has been made to its bytes.
  private func cause(_ change: (inout [UInt8]) -> Void) throws -> FileError.Cause? {
    var bytes = bytes
    change(&bytes)
    let path = try directory.write(bytes, to: "bad.bin")
    return expectFileError(path) { _ = try AdapterFile.read(path) }
  }
}
