import GPT2Kernels

// GPT-2's forward pass (Radford et al. 2019), block by block.
extension Model {
  /// Runs the model up to its final layer norm; logits and losses are taken from there.
  ///
  /// - Parameters:
  ///   - tokens: (B, T) token ids, row by row.
  ///   - sequences: How the rows are cut into sequences that know nothing of each other; if not given, each is one.
  /// - Throws: `ModelError` if the tokens do not fit the model or the activations.
  package func forward(
    _ tokens: [Int32], in sequences: Sequences? = nil, into activations: Activations
  ) throws(ModelError) {
    try check(tokens, fit: activations)
    activations.take(sequences)
    embed(tokens, into: activations)
    for layer in 0..<configuration.layers {
      attend(layer, activations)
      feedForward(layer, activations)
    }
    LayerNorm.forward(
      activations[.residual, configuration.layers], weight: parameters[.lnfw, 0], bias: parameters[.lnfb, 0],
      into: activations[.lnf], means: activations[.lnfMeans],
      rstd: activations[.lnfRstd], on: workers)
  }

  /// residual[0] = wte[token] + wpe[position]
  private func embed(_ tokens: [Int32], into activations: Activations) {
    let residual = activations[.residual]
    tokens.withUnsafeBufferPointer { tokens in
      if let stored {
        Embedding.forward(
          tokens: tokens, tokenTable: stored.weights[.wte], positionTable: parameters[.wpe],
          sequences: activations.sequences, into: residual, on: workers)
      } else {
        Embedding.forward(
          tokens: tokens, tokenTable: parameters[.wte], positionTable: parameters[.wpe],
          sequences: activations.sequences, into: residual, on: workers)
      }
    }
  }

  /// residualMiddle = residual + attention(ln1(residual)) · attprojwᵀ + attprojb
  private func attend(_ layer: Int, _ activations: Activations) {
    norm1(layer, activations)
    linear(.qkvw, .qkvb, layer, activations[.ln1, layer], into: activations[.qkv, layer])
    Attention.forward(
      activations[.qkv, layer], sequences: activations.sequences, heads: configuration.heads,
      into: activations[.attention, layer], logSumExp: activations[.logSumExp, layer], precision: precision,
      on: workers)
    linear(
      .attprojw, .attprojb, layer, activations[.attention, layer], residual: activations[.residual, layer],
      into: activations[.residualMiddle, layer])
  }

  /// residual[layer + 1] = residualMiddle + GELU(ln2(residualMiddle) · fcwᵀ + fcb) · fcprojwᵀ + fcprojb
  private func feedForward(_ layer: Int, _ activations: Activations) {
    norm2(layer, activations)
    linear(
      .fcw, .fcb, layer, activations[.ln2, layer], into: activations[.fch, layer],
      activated: activations[.fchgelu, layer])
    linear(
      .fcprojw, .fcprojb, layer, activations[.fchgelu, layer], residual: activations[.residualMiddle, layer],
      into: activations[.residual, layer + 1])
  }

  /// output = residual + input · weightᵀ + bias, and activated = GELU(output); what an adapter of the weight adds
  /// is there first.
  private func linear(
    _ weight: ParameterTensor, _ bias: ParameterTensor, _ layer: Int, _ input: Matrix,
    residual: Matrix? = nil, into output: Matrix, activated: Matrix? = nil
  ) {
    var addend = residual
    if let adapters, let factors = adapters[weight, layer] {
      LowRank.forward(
        input, factors: factors, scale: adapters.layout.scale, residual: residual, into: output,
        precision: precision, on: workers)
      addend = output
    }
    Linear.forward(
      input, weight: self.weight(weight, layer), bias: parameters[bias, layer], residual: addend,
      into: output, activated: activated, precision: precision, on: workers)
  }

  /// ln1 = layer norm(residual); the backward pass may ask for it again.
  func norm1(_ layer: Int, _ activations: Activations) {
    LayerNorm.forward(
      activations[.residual, layer], weight: parameters[.ln1w, layer], bias: parameters[.ln1b, layer],
      into: activations[.ln1, layer], means: activations[.ln1Means, layer],
      rstd: activations[.ln1Rstd, layer], on: workers)
  }

  /// ln2 = layer norm(residualMiddle); the backward pass may ask for it again.
  func norm2(_ layer: Int, _ activations: Activations) {
    LayerNorm.forward(
      activations[.residualMiddle, layer], weight: parameters[.ln2w, layer], bias: parameters[.ln2b, layer],
      into: activations[.ln2, layer], means: activations[.ln2Means, layer],
      rstd: activations[.ln2Rstd, layer], on: workers)
  }

  /// logits = lnf · wteᵀ: the classifier is tied to the token table.
  ///
  /// - Parameters:
  ///   - rows: Positions among the B · T of the last forward pass.
  ///   - logits: (rows, Vp), overwritten. Columns from V on are meaningless.
  package func logits(of rows: Range<Int>, from activations: Activations, into logits: Matrix) {
    forEachBandOfClassifier { tokens, table in
      Linear.forward(
        activations[.lnf].rows(rows), weight: table, bias: nil, residual: nil, into: logits.columns(tokens),
        precision: precision, on: workers)
    }
  }

  /// The mean cross-entropy of the last forward pass against `targets`, (B, T), in nats: of the positions whose target
  /// is not `CrossEntropy.ignored`, or 0 if there is none.
  ///
  /// - Throws: `ModelError` if the targets do not fit the model or the activations.
  package func loss(targets: [Int32], from activations: Activations) throws(ModelError) -> Float {
    let counted = try countedTargets(targets, fitting: activations)
    targets.withUnsafeBufferPointer { targets in
      forEachLogitsBand(of: activations) { rows, logits in
        CrossEntropy.loss(
          logits: logits, vocabularySize: configuration.vocabularySize,
          targets: UnsafeBufferPointer(rebasing: targets[rows]), into: activations.losses(of: rows),
          on: workers)
      }
    }
    return meanLoss(of: activations, counted: counted)
  }

  /// - Parameter counted: Of how many positions; the others' losses are 0.
  func meanLoss(of activations: Activations, counted: Int) -> Float {
    let sum = activations.losses.reduce(0.0) { $0 + Double($1) }
    return Float(sum / Double(max(1, counted)))
  }
}

// Logits, band by band: (B·T, Vp) of them are never held at once.
extension Model {
  /// Calls `body` with the logits of one band of positions after the other, (rows, Vp), which are its to change.
  ///
  /// - Parameter positions: Which of the B · T to go through; all if not given.
  package func forEachLogitsBand(
    of activations: Activations, at positions: Range<Int>? = nil,
    _ body: (_ rows: Range<Int>, _ logits: Matrix) -> Void
  ) {
    let positions = positions ?? 0..<activations.tokens
    let band = ActivationLayout.logitRows(configuration, tokens: activations.tokens)
    for start in stride(from: positions.lowerBound, to: positions.upperBound, by: band) {
      let rows = start..<min(positions.upperBound, start + band)
      let logits = activations.logits(rows: rows.count)
      self.logits(of: rows, from: activations, into: logits)
      body(rows, logits)
    }
  }

  /// Calls `body` with every position's logits, (Vp), in order.
  package func forEachLogitsRow(
    of activations: Activations, _ body: (_ row: Int, _ logits: UnsafeBufferPointer<Float>) -> Void
  ) {
    forEachLogitsBand(of: activations) { rows, logits in
      for row in rows { body(row, UnsafeBufferPointer(logits[row - rows.lowerBound])) }
    }
  }
}
