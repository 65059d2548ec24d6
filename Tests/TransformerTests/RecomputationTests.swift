import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing

@testable import GPT2Transformer

/// Memory for time, and nothing else: what is computed again has the bits that would have been kept.
@Suite struct RecomputationTests {
  @Test(arguments: ["awkward", "tiny"], Precision.allCases)
  func gradientsAreTheSameBitsAtEveryLevel(name: String, precision: Precision) throws {
    let parameters = try Checkpoint.read(TestFiles.fixture("\(name).bin"))
    let state = try ReferenceState(
      contentsOf: TestFiles.fixture("\(name)_debug_state.bin"), for: parameters.configuration)
    let model = Model(parameters, precision: precision)
    func bits(_ recomputing: Recomputation) throws -> [UInt32] {
      // Made for more tokens than are used, so that a view of the wrong size shows.
      let activations = try Activations(
        model.configuration, batchSize: state.batchSize + 1, sequenceLength: state.sequenceLength,
        keepingForBackward: true, recomputing: recomputing)
      activations.reshape(batchSize: state.batchSize, sequenceLength: state.sequenceLength)
      let gradients = try Parameters(zeroed: model.configuration)
      // Twice, as the second step finds in the shared memory what the first one left.
      for _ in 0..<2 {
        try model.forward(state.tokens, into: activations)
        try model.backward(state.tokens, targets: state.targets, from: activations, into: gradients)
      }
      return gradients.values.map(\.bitPattern)
    }
    let kept = try bits(.nothing)
    #expect(kept.contains { $0 != 0 })
    #expect(try bits(.gelu) == kept)
    #expect(try bits(.geluAndNorms) == kept)
  }

  @Test func eachLevelSavesWhatItSays() throws {
    let configuration = try Checkpoint.read(TestFiles.fixture("awkward.bin")).configuration
    func counts(_ recomputing: Recomputation) throws -> (kept: Int, scratch: Int) {
      try #require(
        Activations.valueCounts(
          configuration, batchSize: 3, sequenceLength: 13, keepingForBackward: true, recomputing: recomputing)
      )
    }
    let (nothing, gelu, norms) = try (counts(.nothing), counts(.gelu), counts(.geluAndNorms))
    // All layers' but one: (B·T, 4C) each, then two of (B·T, C).
    let layer = 39 * configuration.channels
    #expect(nothing.kept - gelu.kept == (configuration.layers - 1) * 4 * layer)
    #expect(gelu.kept - norms.kept == (configuration.layers - 1) * 2 * layer)
    #expect(nothing.scratch == gelu.scratch && gelu.scratch == norms.scratch)
    for recomputing in Recomputation.allCases {
      let activations = try Activations(
        configuration, batchSize: 3, sequenceLength: 13, keepingForBackward: true, recomputing: recomputing)
      let (kept, scratch) = try counts(recomputing)
      #expect(activations.valueCount == kept + scratch)
    }
  }

  @Test func sizesThatOverflowHaveNoCountAndCannotBeAllocated() throws {
    let configuration = try Checkpoint.read(TestFiles.fixture("tiny.bin")).configuration
    #expect(
      Activations.valueCounts(
        configuration, batchSize: 1 << 40, sequenceLength: 1 << 20, keepingForBackward: true) == nil)
    #expect(throws: AllocationError.self) {
      try Activations(configuration, batchSize: .max, sequenceLength: 2, keepingForBackward: true)
    }
  }
}
