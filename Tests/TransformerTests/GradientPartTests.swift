import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing

@testable import GPT2Transformer

/// What a backward pass says is final.
@Suite struct GradientPartTests {
  private static let sets =
    ParameterTensor.allCases.map { TensorSet([$0]) } + TensorSet.groups.map(\.tensors)

  private static let batch = (
    inputs: [5, 96, 0, 17, 3, 5, 5] as [Int32], targets: [96, 0, 17, 3, 5, 5, 1] as [Int32]
  )

  private static func parts(layers: Int) -> [GradientPart] {
    [.unusedTokens, .finalNorm] + (0..<layers).reversed().map { .layer($0) } + [.embeddings]
  }

  private static func used(_ tokens: [Int32], _ configuration: Configuration) -> [Bool] {
    (0..<configuration.paddedVocabularySize).map { tokens.contains(Int32($0)) }
  }

  @Test func rowsLieTogether() throws {
    let configuration = try Checkpoint.configuration(of: TestFiles.fixture("awkward.bin"))
    let gradients = try Parameters(zeroed: configuration, holding: TensorSet([.wte]))
    let (rows, width) = (configuration.paddedVocabularySize, configuration.channels)
    func unused(_ tokens: [Int32]) -> [Range<Int>] {
      gradients.ranges(of: .unusedTokens, whereUsed: Self.used(tokens, configuration))
        .map { $0.lowerBound / width..<$0.upperBound / width }
    }
    #expect(unused([]) == [0..<rows])
    #expect(unused([0, 1, 5, Int32(rows - 1)]) == [2..<5, 6..<rows - 1])
    #expect(unused(Array(0..<Int32(rows))) == [])
    #expect(unused(Array(0..<Int32(rows)).filter { $0 != 3 }) == [3..<4])
    let used = Self.used([0, 1, 5], configuration)
    #expect(gradients.ranges(of: .embeddings, whereUsed: used) == [0..<2 * width, 5 * width..<6 * width])
  }

  @Test(arguments: sets, [true, false])
  func partsAreAllValuesOnce(present: TensorSet, hasAdapters: Bool) throws {
    let configuration = try Checkpoint.configuration(of: TestFiles.fixture("awkward.bin"))
    let adapters =
      hasAdapters
      ? try AdapterLayout(configuration, rank: 2, alpha: 4, targets: TensorSet([.qkvw, .fcprojw])) : nil
    let gradients = try Parameters(zeroed: configuration, holding: present, adapters: adapters)
    let ranges = Self.parts(layers: configuration.layers).flatMap {
      gradients.ranges(of: $0, whereUsed: Self.used(Self.batch.inputs, configuration))
    }
    #expect(ranges.flatMap(Array.init).sorted() == Array(gradients.values.indices))
  }

  @Test func aPartIsOfItsTensors() throws {
    let configuration = try Checkpoint.configuration(of: TestFiles.fixture("awkward.bin"))
    let gradients = try Parameters(zeroed: configuration)
    for layer in 0..<configuration.layers {
      for range in gradients.ranges(of: .layer(layer), whereUsed: []) {
        gradients.values[range].update(repeating: Float(layer + 1))
      }
    }
    for tensor in ParameterTensor.allCases {
      for layer in 0..<tensor.layers(in: configuration) {
        let matrix = gradients[tensor, layer]
        let expected: Float = tensor.isPerLayer ? Float(layer + 1) : 0
        #expect((0..<matrix.count).allSatisfy { matrix.base[$0] == expected })
      }
    }
  }

  /// What is final has its last value, and layers come from the last to the first, whatever is trained.
  @Test(arguments: sets)
  func whatIsFinalDoesNotChange(present: TensorSet) throws {
    let model = Model(try Checkpoint.read(TestFiles.fixture("awkward.bin")), on: Workers(count: 1))
    let gradients = try Parameters(zeroed: model.configuration, holding: present)
    let activations = try Activations(
      model.configuration, batchSize: 1, sequenceLength: 7, keepingForBackward: true)
    var parts: [GradientPart] = []
    var copies: [[Float]] = []
    let used = Self.used(Self.batch.inputs, model.configuration)
    func values(_ part: GradientPart) -> [Float] {
      gradients.ranges(of: part, whereUsed: used).flatMap { gradients.values[$0] }
    }
    try model.forward(Self.batch.inputs, into: activations)
    try model.backward(
      Self.batch.inputs, targets: Self.batch.targets, from: activations, into: gradients
    ) { part in
      parts.append(part)
      copies.append(values(part))
    }
    #expect(parts == Self.parts(layers: model.configuration.layers))
    #expect(copies == parts.map(values))
  }
}
