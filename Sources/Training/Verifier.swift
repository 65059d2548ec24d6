import GPT2BinaryFiles
import GPT2Kernels
import GPT2ModelFiles
import GPT2Tokens
import GPT2Transformer

/// Holds a model against a reference state: logits, loss, every gradient, then ten optimizer steps.
package final class Verifier {
  private let recipe: VerificationRecipe
  private let state: ReferenceState
  private let activations: Activations
  private let gradients: Parameters
  private let optimizer: Optimizer
  private let workers: Workers
  private var model: Model

  /// - Parameter parameters: Changed by the steps; a second recipe needs them read again.
  /// - Throws: `AllocationError` if gradients, moments and activations do not fit in memory.
  package init(
    _ parameters: Parameters, against state: ReferenceState, by recipe: VerificationRecipe,
    on workers: Workers = Workers()
  ) throws(AllocationError) {
    self.recipe = recipe
    self.state = state
    self.workers = workers
    model = Model(parameters, precision: recipe.precision, on: workers)
    activations = try Activations(
      parameters.configuration, batchSize: state.batchSize, sequenceLength: state.sequenceLength,
      keepingForBackward: true)
    gradients = try Parameters(zeroed: parameters.configuration)
    optimizer = try Optimizer(parameters.configuration, settings: recipe.optimizer)
  }

  /// Runs the whole recipe.
  ///
  /// - Parameters:
  ///   - expectedLosses: A trajectory to hold the steps' losses against, and where it is from. Without one,
  ///     the known losses are used if the state is of OpenAI's 124M weights.
  ///   - scratchDirectory: Where to save to and reload from, if the recipe asks for that; the caller removes it.
  ///   - progress: Called with a line before each part that takes long; what it throws ends the run.
  /// - Throws: `FileError` if saving or reloading fails; `ModelError`; `AllocationError`.
  package func run(
    expectedLosses: (source: String, losses: [Float])?, scratchDirectory: String,
    progress: (String) throws -> Void = { _ in }
  ) throws -> VerificationReport {
    try progress("forward and backward")
    try model.forward(state.tokens, into: activations)
    let logits = compareLogits()
    let loss = try backward()
    let tensors = [logits, compareLoss(loss)] + ParameterTensor.allCases.map(compareGradient)

    var losses = [loss]
    update()
    for step in 1..<recipe.steps {
      try progress("step \(step + 1) of \(recipe.steps)")
      losses.append(try self.step())
    }
    let resumes = recipe.checksResume ? try resumesExactly(scratchDirectory, progress) : nil
    return VerificationReport(
      recipe: recipe, tensors: tensors, losses: losses,
      trajectory: trajectory(of: losses, expected: expectedLosses ?? knownLosses()),
      resumesExactly: resumes)
  }

  /// Forward, backward, update; returns the loss before the update.
  private func step() throws -> Float {
    try model.forward(state.tokens, into: activations)
    let loss = try backward()
    update()
    return loss
  }

  private func backward() throws -> Float {
    try model.backward(state.tokens, targets: state.targets, from: activations, into: gradients)
  }

  private func update() {
    let norm = Optimizer.norm(of: gradients, on: workers)
    optimizer.update(
      model.parameters, gradients: gradients, learningRate: recipe.learningRate, gradientNorm: norm,
      on: workers)
  }

  /// Saves, goes on for as many steps again, reloads, repeats them, and compares losses and weights bit by bit.
  private func resumesExactly(
    _ directory: String, _ progress: (String) throws -> Void
  ) throws -> Bool {
    let (modelPath, statePath) = (directory + "/model.bin", directory + "/state.bin")
    func steps(_ name: String) throws -> [UInt32] {
      try (1...recipe.steps).map {
        try progress("\(name), step \($0) of \(recipe.steps)")
        return try step().bitPattern
      }
    }
    try progress("saving")
    try Checkpoint.write(model.parameters, to: modelPath, replacing: true)
    let state = TrainingState(step: optimizer.step, random: RoundingRandom(), data: .beginning)
    try TrainingStateFile.write(state, of: optimizer, to: statePath, replacing: true)
    let straight = try steps("going on")
    let weights = checksum()

    model = Model(try Checkpoint.read(modelPath), precision: recipe.precision, on: workers)
    _ = try TrainingStateFile.read(statePath, into: optimizer)
    let resumed = try steps("reloaded")
    return straight == resumed && weights == checksum()
  }

  /// FNV-1a over the bits of all weights.
  private func checksum() -> UInt64 {
    model.parameters.values.reduce(0xCBF2_9CE4_8422_2325) {
      ($0 ^ UInt64($1.bitPattern)) &* 0x0000_0100_0000_01B3
    }
  }

  private func knownLosses() -> (source: String, losses: [Float])? {
    let configuration = model.configuration
    // The weights are known by their shape and by the loss that PyTorch has for them.
    let isOpenAI =
      configuration.layers == 12 && configuration.channels == 768 && configuration.vocabularySize == 50257
      && abs(state.loss - recipe.openAILosses[0]) < 1e-3
    return isOpenAI ? ("OpenAI's 124M weights", recipe.openAILosses) : nil
  }

  private func trajectory(
    of losses: [Float], expected: (source: String, losses: [Float])?
  ) -> VerificationReport.Trajectory? {
    expected.map { expected in
      let diverging = losses.indices.filter { step in
        let reference = expected.losses[step]
        return !recipe.tolerances.trajectory.allows(abs(losses[step] - reference), from: reference)
      }
      return VerificationReport.Trajectory(
        source: expected.source, losses: expected.losses, divergingSteps: diverging)
    }
  }
}

// One comparison a tensor.
extension Verifier {
  private func compareLogits() -> TensorComparison {
    let V = model.configuration.vocabularySize
    // Row by row: ours have a stride of Vp, the reference's of V.
    let tolerance = recipe.tolerances.logits.within(state.logits)
    var rows = [TensorComparison]()
    model.forEachLogitsRow(of: activations) { row, values in
      rows.append(
        TensorComparison(
          name: "logits", shape: "", values: UnsafeBufferPointer(rebasing: values[..<V]),
          reference: UnsafeBufferPointer(rebasing: state.logits[row * V..<(row + 1) * V]),
          tolerance: tolerance))
    }
    return TensorComparison(
      joining: rows, partCount: V, name: "logits",
      shape: "(\(state.batchSize), \(state.sequenceLength), \(V))")
  }

  private func compareLoss(_ loss: Float) -> TensorComparison {
    withUnsafePointer(to: loss) { value in
      withUnsafePointer(to: state.loss) { reference in
        TensorComparison(
          name: "loss", shape: "()", values: UnsafeBufferPointer(start: value, count: 1),
          reference: UnsafeBufferPointer(start: reference, count: 1), tolerance: recipe.tolerances.loss)
      }
    }
  }

  private func compareGradient(of tensor: ParameterTensor) -> TensorComparison {
    let reference = state.gradient(of: tensor)
    // A version 1 state has no padding rows in wte, so only what it has is compared.
    let values = gradients.values(of: tensor)[..<reference.count]
    return TensorComparison(
      name: "d" + tensor.name, shape: tensor.shapeDescription(in: model.configuration),
      values: UnsafeBufferPointer(rebasing: values), reference: reference,
      tolerance: recipe.tolerances.gradients.within(reference))
  }
}
