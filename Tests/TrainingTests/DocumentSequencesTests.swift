import GPT2Kernels
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer

@testable import GPT2TrainingCore

/// Rows that are cut where documents begin.
@Suite struct DocumentSequencesTests {
  private func batch(_ inputs: [Int32], rows: Int) -> TokenBatch {
    TokenBatch(
      inputs: inputs, targets: Array(inputs.dropFirst()) + [7], batchSize: rows,
      sequenceLength: inputs.count / rows)
  }

  @Test func aSequenceBeginsWithEachDocumentAndEachRow() {
    let batch = batch([1, 9, 2, 3, 9, 9, 4, 5, 6, 8, 1, 9], rows: 3)
    #expect(
      batch.sequences(ofAtMost: 4, cutBefore: 9)?.ranges
        == [0..<1, 1..<4, 4..<5, 5..<8, 8..<11, 11..<12])
    // Shorter ones in a warm-up count from the document's beginning.
    #expect(
      batch.sequences(ofAtMost: 2, cutBefore: 9)?.ranges
        == [0..<1, 1..<3, 3..<4, 4..<5, 5..<7, 7..<8, 8..<10, 10..<11, 11..<12])
    #expect(batch.sequences(ofAtMost: 4, cutBefore: 0)?.ranges == [0..<4, 4..<8, 8..<12])
    #expect(batch.sequences(ofAtMost: 4, cutBefore: nil) == nil)
  }

  /// The loss of a batch that is cut is that of its documents, each in a pass of its own.
  @Test func noDocumentSeesAnother() throws {
    let workspace = try TrainingWorkspace()
    let model = Model(try workspace.fixture())
    let inputs: [Int32] = [4, 9, 52, 3, 9, 9, 44, 15, 60, 80, 9, 33]
    let batch = batch(inputs, rows: 2)
    func loss(_ inputs: [Int32], _ targets: [Int32], rows: Int, cutBefore: Int32?) throws -> Float {
      let part = TokenBatch(
        inputs: inputs, targets: targets, batchSize: rows, sequenceLength: inputs.count / rows)
      let activations = try Activations(
        model.configuration, batchSize: rows, sequenceLength: part.sequenceLength, keepingForBackward: true)
      try model.forward(
        inputs, in: part.sequences(ofAtMost: part.sequenceLength, cutBefore: cutBefore), into: activations)
      return try model.loss(targets: targets, from: activations)
    }
    var sum: Float = 0
    for range in [0..<1, 1..<4, 4..<5, 5..<6, 6..<10, 10..<12] {
      let alone = try loss(
        Array(inputs[range]), Array(batch.targets[range]), rows: 1, cutBefore: nil)
      sum += alone * Float(range.count)
    }
    let cut = try loss(inputs, batch.targets, rows: 2, cutBefore: 9)
    #expect(abs(cut - sum / 12) < 1e-5)
    #expect(abs(try loss(inputs, batch.targets, rows: 2, cutBefore: nil) - cut) > 1e-4)
  }

  /// Validation is of documents as well.
  @Test func validationCutsAsTrainingDoes() throws {
    let workspace = try TrainingWorkspace()
    var data = try DataLoader(
      pattern: workspace.validation, batchSize: 2, sequenceLength: 7, shuffling: false)
    var losses: [Float] = []
    // None; a token in the middle of the first row; one that is nowhere.
    for token in [nil, data.nextBatch().inputs[3], -2] {
      var plan = workspace.plan(steps: 1)
      plan.documentStart = token
      let trainer = try workspace.trainer(plan)
      try trainer.run { if case .validation(0, let loss, _, _) = $0 { losses.append(loss) } }
    }
    #expect(losses[0] != losses[1])
    #expect(losses[0] == losses[2], "nothing is cut")
  }
}
