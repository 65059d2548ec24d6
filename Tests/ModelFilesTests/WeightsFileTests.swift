import GPT2BinaryFiles
import Foundation
import GPT2GGUF
import GPT2Kernels
import TestSupport
import Testing
import GPT2WeightFormats

@testable import GPT2ModelFiles
@testable import GPT2Transformer

@Suite struct WeightsFileTests {
  /// Every kind of checkpoint against what `Checkpoint.read` makes of it.
  @Test(arguments: [
    ("tiny.bin", WeightFormat.fp32), ("awkward.bin", .fp32), ("tiny_v1.bin", .fp32), ("tiny_bf16.bin", .bf16),
  ])
  func aCheckpointsWeightsAreItsParameters(name: String, format: WeightFormat) throws {
    let path = TestFiles.fixture(name)
    let weights = try Weights.read(path)
    let parameters = try Checkpoint.read(path)
    let configuration = parameters.configuration
    #expect(weights.configuration == configuration)
    for place in TensorPlace.all(in: configuration) {
      let stored = weights[place.tensor, place.layer]
      #expect(stored.format == format)
      let rows = place.tensor == .wte ? configuration.vocabularySize : stored.rows
      #expect(stored.rows == rows)
      let matrix = parameters[place.tensor, place.layer]
      let expected = (0..<rows).flatMap { Array(matrix[$0]) }
      #expect(decoded(stored) == expected, "\(place)")
    }
    withExtendedLifetime((weights, parameters)) {}
  }

  @Test func whereTheyLieInTheFile() throws {
    let path = TestFiles.fixture("tiny.bin")
    guard case .checkpoint(let file) = try ModelFile(contentsOf: path) else {
      Issue.record("expected a checkpoint")
      return
    }
    let weights = try Checkpoint.weights(in: file)
    let start = try #require(file.bytes.baseAddress)
    #expect(weights[.wte].base == start + Header.byteCount)
    let last = weights[.lnfb]
    #expect(last.base + last.byteCount == start + file.count)
    withExtendedLifetime((weights, file)) {}
  }

  /// A model that the Python package `gguf` wrote in Q8_0, whose values follow from their place.
  @Test func aGGUFFilesWeightsAreWhatPythonWrote() throws {
    let weights = try Weights.read(PlacedModel.path)
    let configuration = weights.configuration
    #expect(configuration == (try PlacedModel.configuration()))
    for (index, place) in TensorPlace.all(in: configuration).enumerated() {
      let stored = weights[place.tensor, place.layer]
      let exact = PlacedModel.values(of: index, count: stored.rows * stored.columns)
      let values = decoded(stored)
      let isQuantised = place.tensor.isMatrix && place.tensor != .wpe
      #expect(stored.format == (isQuantised ? .q8_0 : .fp32))
      guard isQuantised else {
        #expect(values == exact)
        continue
      }
      // A block's values are within half a step, a 254th of its largest, but for the scale's rounding to fp16.
      for start in stride(from: 0, to: exact.count, by: 32) {
        let largest = exact[start..<start + 32].reduce(0) { max($0, abs($1)) }
        for index in start..<start + 32 { #expect(abs(values[index] - exact[index]) <= largest / 200) }
      }
    }
    withExtendedLifetime(weights) {}
  }

  @Test func tensorsOfAllLayersHaveTheirPlace() throws {
    let configuration = try Configuration(
      maximumSequenceLength: 1, vocabularySize: 1, layers: 2, heads: 1, channels: 1)
    let names = TensorPlace.all(in: configuration).map { $0.tensor.ggufName(layer: $0.layer) }
    #expect(names.count == 4 + 2 * 12 && Set(names).count == names.count)
    #expect(names.prefix(3) == ["token_embd.weight", "position_embd.weight", "blk.0.attn_norm.weight"])
    #expect(names[14] == "blk.1.attn_norm.weight")
    #expect(names.suffix(2) == ["output_norm.weight", "output_norm.bias"])
  }

  @Test func filesOfNoKnownKind() throws {
    let directory = try TemporaryDirectory()
    for (bytes, expected) in [
      ([], .truncatedHeader(found: 0, expected: 1024)),
      ([1, 2, 3], .truncatedHeader(found: 3, expected: 1024)),
      ([1, 0, 0, 0], .truncatedHeader(found: 4, expected: 1024)),
      (
        [1] + [UInt8](repeating: 0, count: 1023),
        .wrongMagic(
          found: 1, expected: 20_240_326, kind: "model checkpoint, GGUF, safetensors or PyTorch file")
      ),
    ] as [([UInt8], FileError.Cause)] {
      let path = try directory.write(bytes, to: "model")
      #expect(expectFileError(path) { _ = try Weights.read(path) } == expected)
    }
    let missing = directory.file("missing")
    #expect(expectFileError(missing) { _ = try Weights.read(missing) } == .notFound)
  }

  /// Checkpoints are checked as they are for training.
  @Test func aCheckpointCutShort() throws {
    let directory = try TemporaryDirectory()
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("tiny.bin"))))
    let path = try directory.write(bytes.dropLast(), to: "short.bin")
    #expect(
      expectFileError(path) { _ = try Weights.read(path) } == .wrongSize(found: 13383, expected: 13384))
  }
}
