import GPT2Kernels
import GPT2Transformer
import GPT2WeightFormats

extension PreparedWeights {
  /// output = residual + input · weightᵀ + bias, and activated = activation(output); what an adapter of the weight adds
  /// is there first, as in Forward.swift.
  func linear(
    _ weight: ParameterTensor, _ bias: ParameterTensor, _ layer: Int, _ input: Matrix,
    residual: Matrix? = nil, into output: Matrix, activated: Matrix? = nil, _ products: RowProducts,
    _ model: LanguageModel
  ) {
    var addend = residual
    if let adapters, let factors = adapters[weight, layer] {
      add(
        factors, scale: adapters.layout.scale, of: input, to: residual, into: output, products,
        on: model.workers)
      addend = output
    }
    Linear.forward(
      input, weight: matrix(weight, layer), bias: vector(bias, layer), residual: addend, into: output,
      activated: activated, activation: weights.configuration.variant.activation,
      precision: model.precision, products: products, on: model.workers)
  }

  /// output = residual + s·(input · Aᵀ) · Bᵀ, by the products of inference, of which a row is the same bits whatever few
  /// others are beside it. Nothing of it is rounded: it is small.
  private func add(
    _ factors: LowRankFactors, scale: Float, of input: Matrix, to residual: Matrix?, into output: Matrix,
    _ products: RowProducts, on workers: Workers
  ) {
    func weight(_ factor: Matrix) -> LinearWeight {
      .rows(
        EncodedMatrix(.fp32, UnsafeRawPointer(factor.base), rows: factor.rows, columns: factor.columns))
    }
    workers.withScratch(input.rows * factors.a.rows) { memory in
      let reduced = Matrix(memory, rows: input.rows, columns: factors.a.rows)
      Linear.forward(
        input, weight: weight(factors.a), bias: nil, residual: nil, into: reduced, precision: .fp32,
        products: products, on: workers)
      Scaling.scale(reduced, by: scale, on: workers)
      Linear.forward(
        reduced, weight: weight(factors.b), bias: nil, residual: residual, into: output, precision: .fp32,
        products: products, on: workers)
    }
  }
}
