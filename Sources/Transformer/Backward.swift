import GPT2Kernels

// The backward pass: `Forward.swift` from its last line to its first, each step under the line it differentiates.
extension Model {
  /// Computes the loss of the last forward pass and the gradients of the parameters, with the sequences of that pass.
  ///
  /// - Parameters:
  ///   - tokens: The (B, T) inputs that the forward pass had.
  ///   - targets: (B, T): the next token of each position, or `CrossEntropy.ignored` where there is nothing to learn.
  ///   - gradients: Overwritten, or added to if `accumulating`. Only those of the tensors and adapters that are held
  ///     are computed, with the same bits as if all were; below the lowest of them the pass ends.
  ///   - scale: What the loss is multiplied by before it is differentiated: 1 ÷ micro-batches, for instance.
  ///   - finish: Told as soon as a part of the gradients is final: this pass does not touch it again.
  /// - Returns: The mean cross-entropy in nats of the targets that are not ignored, not scaled.
  /// - Throws: `ModelError` if the batch does not fit the model or the activations.
  @discardableResult
  package func backward(
    _ tokens: [Int32], targets: [Int32], from activations: Activations, into gradients: Parameters,
    accumulating: Bool = false, scale: Float = 1, finish: (GradientPart) -> Void = { _ in }
  ) throws(ModelError) -> Float {
    try check(tokens, fit: activations)
    let counted = try countedTargets(targets, fitting: activations)
    precondition(
      gradients.adapters.map { $0.layout == adapters?.layout } ?? true, "gradients of other adapters")
    let pass = BackwardPass(
      model: self, activations: activations, parameterGradients: gradients, accumulating: accumulating)
    pass.classify(targets, scale: scale / Float(max(1, counted)))
    finish(.unusedTokens)
    if pass.reaches(.lnfb) { pass.finalNorm() }
    finish(.finalNorm)
    for layer in (0..<configuration.layers).reversed() {
      if pass.reaches(.fcprojb, layer) { pass.feedForward(layer) }
      if pass.reaches(.attprojb, layer) { pass.attend(layer) }
      finish(.layer(layer))
    }
    if pass.reaches(.wpe) { pass.embed(tokens) }
    finish(.embeddings)
    return meanLoss(of: activations, counted: counted)
  }
}

/// What every step of one backward pass needs.
private struct BackwardPass {
  let model: Model
  let activations: Activations
  let parameterGradients: Parameters
  let accumulating: Bool
  /// The place of the first tensor of the forward pass that has a gradient or whose adapter has, and so the last
  /// of this pass.
  private let lowest: Int

  init(model: Model, activations: Activations, parameterGradients: Parameters, accumulating: Bool) {
    self.model = model
    self.activations = activations
    self.parameterGradients = parameterGradients
    self.accumulating = accumulating
    let trained = [parameterGradients.present, parameterGradients.adapters?.layout.targets ?? .none]
    lowest = trained.compactMap { $0.tensors.first?.place }.min() ?? .max
  }

  /// Whether a layer's tensor, its adapter, or anything before it in the forward pass has a gradient.
  func reaches(_ tensor: ParameterTensor, _ layer: Int = 0) -> Bool {
    // Which tensors are trained is the same in all layers.
    lowest <= (layer > 0 ? ParameterTensor.fcprojb : tensor).place
  }

  /// Whether anything before a layer's tensor has a gradient, so that its input needs one.
  private func reaches(below tensor: ParameterTensor, _ layer: Int = 0) -> Bool {
    layer > 0 ? reaches(tensor, layer) : lowest < tensor.place
  }

  private var parameters: Parameters { model.parameters }
  private var workers: Workers { model.workers }
  private var flow: ActivationGradients { activations.gradients }

  /// logits = lnf · wteᵀ, loss = cross-entropy(logits, targets)
  ///
  /// - Parameter scale: What each position's loss is multiplied by.
  func classify(_ targets: [Int32], scale: Float) {
    targets.withUnsafeBufferPointer { targets in
      model.forEachLogitsBand(of: activations) { rows, logits in
        CrossEntropy.lossAndGradient(
          logits: logits, vocabularySize: parameters.configuration.vocabularySize,
          targets: UnsafeBufferPointer(rebasing: targets[rows]), scale: scale,
          into: activations.losses(of: rows), on: workers)
        model.forEachBandOfClassifier { tokens, table in
          Linear.backward(
            outputGradient: logits.columns(tokens), input: activations[.lnf].rows(rows), weight: table,
            inputGradient: reaches(.lnfb) ? flow.branch.rows(rows) : nil,
            addingToInputGradient: tokens.lowerBound > 0,
            weightGradient: parameterGradients.ifPresent(.wte, 0), biasGradient: nil,
            accumulating: accumulating || rows.lowerBound > 0, precision: model.precision, on: workers)
        }
      }
    }
  }

  /// lnf = layer norm(residual[L])
  func finalNorm() {
    LayerNorm.backward(
      outputGradient: flow.branch, input: activations[.residual, parameters.configuration.layers],
      weight: parameters[.lnfw, 0], means: activations[.lnfMeans],
      rstd: activations[.lnfRstd],
      addingTo: flow.residual, inputGradientAccumulating: false,
      weightGradient: parameterGradients.ifPresent(.lnfw, 0),
      biasGradient: parameterGradients.ifPresent(.lnfb, 0),
      accumulating: accumulating, on: workers)
  }

  /// residual[layer + 1] = residualMiddle + GELU(ln2(residualMiddle) · fcwᵀ + fcb) · fcprojwᵀ + fcprojb
  func feedForward(_ layer: Int) {
    if !activations.keeps(.fchgelu) {
      GELU.forward(activations[.fch, layer], into: activations[.fchgelu, layer], on: workers)
    }
    linear(
      .fcprojw, .fcprojb, layer, outputGradient: flow.residual, input: activations[.fchgelu, layer],
      inputGradient: flow.hidden, preActivation: activations[.fch, layer])
    if !activations.keeps(.ln2) { model.norm2(layer, activations) }
    linear(
      .fcw, .fcb, layer, outputGradient: flow.hidden, input: activations[.ln2, layer],
      inputGradient: flow.branch)
    norm(
      .ln2w, .ln2b, layer, input: activations[.residualMiddle, layer],
      means: activations[.ln2Means, layer],
      rstd: activations[.ln2Rstd, layer])
  }

  /// residualMiddle = residual + attention(ln1(residual)) · attprojwᵀ + attprojb
  func attend(_ layer: Int) {
    linear(
      .attprojw, .attprojb, layer, outputGradient: flow.residual, input: activations[.attention, layer],
      inputGradient: flow.attention)
    guard reaches(.qkvb, layer) else { return }
    Attention.backward(
      outputGradient: flow.attention, qkv: activations[.qkv, layer], output: activations[.attention, layer],
      logSumExp: activations[.logSumExp, layer], sequences: activations.sequences,
      heads: parameters.configuration.heads, into: flow.qkv, precision: model.precision,
      on: workers)
    if !activations.keeps(.ln1) { model.norm1(layer, activations) }
    linear(
      .qkvw, .qkvb, layer, outputGradient: flow.qkv, input: activations[.ln1, layer],
      inputGradient: flow.branch)
    norm(
      .ln1w, .ln1b, layer, input: activations[.residual, layer], means: activations[.ln1Means, layer],
      rstd: activations[.ln1Rstd, layer])
  }

  /// residual[0] = wte[token] + wpe[position]
  func embed(_ tokens: [Int32]) {
    tokens.withUnsafeBufferPointer { tokens in
      // wte has the classifier's gradient already, so this adds to it in any case.
      Embedding.backward(
        outputGradient: flow.residual, tokens: tokens, sequences: activations.sequences,
        addingTo: parameterGradients.ifPresent(.wte, 0),
        positionTableGradient: parameterGradients.ifPresent(.wpe, 0),
        accumulating: accumulating, on: workers)
    }
  }

  /// output = input · weightᵀ + bias; where input = GELU(preActivation), the input's gradient is the latter's.
  private func linear(
    _ weight: ParameterTensor, _ bias: ParameterTensor, _ layer: Int, outputGradient: Matrix,
    input: Matrix, inputGradient: Matrix, preActivation: Matrix? = nil
  ) {
    guard reaches(bias, layer) else { return }
    let inputGradient = reaches(below: weight, layer) ? inputGradient : nil
    let factors = model.adapters?[weight, layer]
    if let adapters = model.adapters, let factors {
      LowRank.backward(
        outputGradient: outputGradient, input: input, factors: factors, scale: adapters.layout.scale,
        inputGradient: inputGradient, factorGradients: parameterGradients.adapters?[weight, layer],
        accumulating: accumulating, precision: model.precision, on: workers)
    }
    Linear.backward(
      outputGradient: outputGradient, input: input, weight: model.weight(weight, layer),
      inputGradient: inputGradient, addingToInputGradient: factors != nil,
      weightGradient: parameterGradients.ifPresent(weight, layer),
      biasGradient: parameterGradients.ifPresent(bias, layer), preActivation: preActivation,
      accumulating: accumulating, precision: model.precision, on: workers)
  }

  /// branch = layer norm(input), where the input is the residual stream: its gradient adds to the stream's.
  private func norm(
    _ weight: ParameterTensor, _ bias: ParameterTensor, _ layer: Int, input: Matrix, means: Matrix,
    rstd: Matrix
  ) {
    guard reaches(bias, layer) else { return }
    LayerNorm.backward(
      outputGradient: flow.branch, input: input, weight: parameters[weight, layer], means: means,
      rstd: rstd, addingTo: flow.residual, inputGradientAccumulating: true,
      weightGradient: parameterGradients.ifPresent(weight, layer),
      biasGradient: parameterGradients.ifPresent(bias, layer),
      accumulating: accumulating, on: workers)
  }
}
