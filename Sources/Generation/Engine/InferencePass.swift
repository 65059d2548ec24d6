import GPT2Kernels
import GPT2Transformer
import GPT2WeightFormats

/// The memory of forward passes without a way back, used again from pass to pass. For one thread at a time.
package final class InferencePass {
  private let configuration: Configuration
  private var buffer: FloatBuffer
  private var rows = 0
  private(set) var products = RowProducts.alone
  /// Where each sequence's logits end, and those of the next begin.
  private var logitsEnds: [Int] = []
  /// Told of each stage of a pass; nobody as a rule.
  var observer: PassObserver?

  package init(_ configuration: Configuration) {
    self.configuration = configuration
    buffer = FloatBuffer()
  }

  /// The last pass's logits of a sequence's last token, (V).
  package func logits(of sequence: Int = 0) -> UnsafeBufferPointer<Float> {
    let rows = logitsRows(of: sequence)
    return UnsafeBufferPointer(logits[rows.upperBound - 1])
  }

  /// The same of one of its scored tokens, the first of which is 0.
  package func logits(of sequence: Int, scored token: Int) -> UnsafeBufferPointer<Float> {
    let rows = logitsRows(of: sequence)
    precondition((0..<rows.count).contains(token), "no such token was scored in the last pass")
    return UnsafeBufferPointer(logits[rows.lowerBound + token])
  }

  private func logitsRows(of sequence: Int) -> Range<Int> {
    precondition(logitsEnds.indices.contains(sequence), "no such sequence in the last pass")
    return (sequence == 0 ? 0 : logitsEnds[sequence - 1])..<logitsEnds[sequence]
  }

  /// - Parameter scored: Of how many tokens of each sequence the logits are computed.
  func reserve(rows: Int, _ products: RowProducts, scored: [Int]) throws(AllocationError) {
    self.rows = rows
    self.products = products
    logitsEnds = scored.reduce(into: []) { $0.append(($0.last ?? 0) + $1) }
    if count > buffer.values.count {
      // The old memory goes first.
      buffer = FloatBuffer()
      buffer = try FloatBuffer(zeroed: count)
    }
  }

  private var C: Int { configuration.channels }
  /// 4C, but for relatives of GPT-2.
  private var H: Int { configuration.hiddenChannels }

  /// Tokens whose logits are computed.
  private var scored: Int { logitsEnds.last ?? 0 }

  private var count: Int { tail + scored * (2 * C + configuration.vocabularySize) }

  private func matrix(after offset: Int, rows: Int, columns: Int) -> Matrix {
    guard let start = buffer.values.baseAddress else { preconditionFailure("nothing was reserved") }
    return Matrix(start + offset, rows: rows, columns: columns)
  }

  private var residual: Matrix { matrix(after: 0, rows: rows, columns: C) }
  private var normed: Matrix { matrix(after: rows * C, rows: rows, columns: C) }
  private var qkv: Matrix { matrix(after: rows * 2 * C, rows: rows, columns: 3 * C) }
  private var attention: Matrix { matrix(after: rows * 5 * C, rows: rows, columns: C) }
  private var hidden: Matrix { matrix(after: rows * 6 * C, rows: rows, columns: H) }
  private var activated: Matrix { matrix(after: rows * (6 * C + H), rows: rows, columns: H) }
  private var statistics: Matrix { matrix(after: rows * (6 * C + 2 * H), rows: 2, columns: rows) }
  /// Where what each row needs ends, and what each scored token needs begins.
  private var tail: Int { rows * (6 * C + 2 * H + 2) }
  private var last: Matrix { matrix(after: tail, rows: scored, columns: C) }
  private var lastNormed: Matrix { matrix(after: tail + scored * C, rows: scored, columns: C) }
  private var logits: Matrix {
    matrix(after: tail + 2 * scored * C, rows: scored, columns: configuration.vocabularySize)
  }
}

// The pass, block by block, as in Forward.swift.
extension InferencePass {
  func run(_ inputs: [LanguageModel.SequenceInput], through model: LanguageModel) {
    embed(inputs, model)
    observer?(.embedded, residual)
    let queries = inputs.map { input in
      input.cache.count..<input.cache.count + input.tokens.count
    }
    for layer in 0..<configuration.layers {
      attend(layer, inputs, queries, model)
      feedForward(layer, inputs, model)
      observer?(.block(layer: layer), residual)
    }
    classify(inputs, model)
  }

  /// residual = wte[token] + wpe[position]
  private func embed(_ inputs: [LanguageModel.SequenceInput], _ model: LanguageModel) {
    let (wte, wpe) = (model.weights[.wte], model.weights[.wpe])
    let places = inputs.flatMap { input in
      input.tokens.enumerated().map { (token: Int($1), position: input.cache.count + $0) }
    }
    model.workers.run(over: places.count, inRangesOf: 16) { rows in
      for row in rows {
        wte.decode(row: places[row].token, into: residual.base + row * C)
        wpe.decode(row: places[row].position, into: normed.base + row * C)
      }
      Residual.add(normed.rows(rows), to: residual.rows(rows))
    }
  }

  /// residual += attention(ln1(residual)) · attprojwᵀ + attprojb
  private func attend(
    _ layer: Int, _ inputs: [LanguageModel.SequenceInput], _ positions: [Range<Int>], _ model: LanguageModel
  ) {
    let caches = inputs.map(\.cache)
    let weights = model.prepared
    normalise(residual, .ln1w, .ln1b, layer, into: normed, model)
    weights.linear(.qkvw, .qkvb, layer, normed, into: qkv, products, model)
    let factor = configuration.queryFactor(layer: layer)
    if factor != 1 { Scaling.scale(qkv.columns(0..<C), by: factor, on: model.workers) }
    observer?(.projected(layer: layer), qkv)
    var row = 0
    for (cache, positions) in zip(caches, positions) {
      let rows = row..<row + positions.count
      cache[layer].write(qkv.rows(rows), from: positions.lowerBound, on: model.workers)
      if products == .packed {
        PromptAttention.forward(
          qkv.rows(rows), of: cache[layer], from: positions.lowerBound, into: attention.rows(rows),
          precision: model.precision, on: model.workers)
      }
      row = rows.upperBound
    }
    if products == .alone {
      let queries = zip(caches, positions).flatMap { cache, positions in
        positions.map { CachedAttention.Query(of: cache[layer], at: $0) }
      }
      CachedAttention.forward(qkv, queries, into: attention, on: model.workers)
    }
    inputs.forEachAblation { ablation, rows in
      ablation.switchOffHeads(of: layer, in: attention.rows(rows), headSize: configuration.headSize)
    }
    weights.linear(
      .attprojw, .attprojb, layer, attention, residual: residual, into: residual, products, model)
  }

  /// residual += activation(ln2(residual) · fcwᵀ + fcb) · fcprojwᵀ + fcprojb
  private func feedForward(
    _ layer: Int, _ inputs: [LanguageModel.SequenceInput], _ model: LanguageModel
  ) {
    let weights = model.prepared
    normalise(residual, .ln2w, .ln2b, layer, into: normed, model)
    weights.linear(.fcw, .fcb, layer, normed, into: hidden, activated: activated, products, model)
    observer?(.activated(layer: layer), activated)
    inputs.forEachAblation { ablation, rows in
      ablation.switchOffNeurons(of: layer, in: activated.rows(rows))
    }
    weights.linear(.fcprojw, .fcprojb, layer, activated, residual: residual, into: residual, products, model)
  }

  /// logits = lnf(residual) · classifierᵀ, of each sequence's last tokens.
  private func classify(_ inputs: [LanguageModel.SequenceInput], _ model: LanguageModel) {
    var end = 0
    for (input, logitsEnd) in zip(inputs, logitsEnds) {
      end += input.tokens.count
      let count = input.scored
      (last.base + (logitsEnd - count) * C).update(from: residual.base + (end - count) * C, count: count * C)
    }
    normalise(last, .lnfw, .lnfb, 0, into: lastNormed, model)
    Linear.forward(
      lastNormed, weight: model.prepared.classifier, bias: nil, residual: nil, into: logits,
      precision: model.precision, products: products, on: model.workers)
  }

  /// Calls `body` with the logits of some of the last pass's rows, (rows, V), a band at a time.
  func forEachLogitsBand(
    of rows: Range<Int>, through model: LanguageModel,
    _ body: (_ rows: Range<Int>, _ logits: Matrix) throws -> Void
  ) rethrows {
    let V = configuration.vocabularySize
    let band = min(rows.count, 64)
    try model.workers.withScratch(band * V) { memory in
      for start in stride(from: rows.lowerBound, to: rows.upperBound, by: max(1, band)) {
        let part = start..<min(rows.upperBound, start + band)
        let input = normed.rows(part)
        normalise(residual.rows(part), .lnfw, .lnfb, 0, into: input, model)
        let logits = Matrix(memory, rows: part.count, columns: V)
        Linear.forward(
          input, weight: model.prepared.classifier, bias: nil, residual: nil, into: logits,
          precision: model.precision, products: products, on: model.workers)
        try body(part, logits)
      }
    }
  }

  private func normalise(
    _ input: Matrix, _ weight: ParameterTensor, _ bias: ParameterTensor, _ layer: Int, into output: Matrix,
    _ model: LanguageModel
  ) {
    let rows = 0..<input.rows
    LayerNorm.forward(
      input, weight: model.prepared.vector(weight, layer), bias: model.prepared.vector(bias, layer),
      into: output,
      means: statistics.rows(0..<1).columns(rows), rstd: statistics.rows(1..<2).columns(rows),
      epsilon: configuration.variant.layerNormEpsilon, on: model.workers)
  }
}
