import GPT2Transformer

/// GPT-2 once more, in double precision and plain loops over arrays, sharing no arithmetic with the model.
package struct PlainGPT2 {
  private let configuration: Configuration
  private let weights: [ParameterTensor: [Double]]

  package init(_ parameters: Parameters) {
    configuration = parameters.configuration
    weights = Dictionary(
      uniqueKeysWithValues: ParameterTensor.allCases.map { ($0, parameters.copy(of: $0).map(Double.init)) })
  }

  /// With s·B·A added to the targets' weights.
  ///
  /// - Parameter values: A (r, in) and B (out, r), target after target, layer after layer.
  package init(_ parameters: Parameters, _ layout: AdapterLayout, values: [Double]) {
    var weights = Self(parameters).weights
    var next = values[...]
    for target in layout.targets.tensors {
      let (rows, columns) = target.shape(in: parameters.configuration)
      for layer in 0..<parameters.configuration.layers {
        let a = Array(next.prefix(layout.rank * columns))
        let b = Array(next.dropFirst(a.count).prefix(rows * layout.rank))
        next = next.dropFirst(a.count + b.count)
        for row in 0..<rows {
          for column in 0..<columns {
            let product = (0..<layout.rank).reduce(0.0) {
              $0 + b[row * layout.rank + $1] * a[$1 * columns + column]
            }
            weights[target]?[(layer * rows + row) * columns + column] +=
              Double(layout.alpha) / Double(layout.rank) * product
          }
        }
      }
    }
    precondition(next.isEmpty, "values that no adapter has")
    configuration = parameters.configuration
    self.weights = weights
  }

  /// The logits, (V), that follow the last of `tokens`.
  package func logits(after tokens: [Int32]) -> [Double] {
    stream(of: tokens).last.map(logits) ?? []
  }

  /// −log p of each of `tokens` but the first, given all before it; in nats.
  package func losses(of tokens: [Int32]) -> [Double] {
    zip(stream(of: tokens.dropLast()), tokens.dropFirst()).map { row, target in
      -naturalLogarithm(softmax(logits(row))[Int(target)])
    }
  }

  /// The residual stream after the last layer, (T, C).
  private func stream(of tokens: [Int32]) -> [[Double]] {
    let channels = configuration.channels
    var stream = tokens.enumerated().map { position, token in
      zip(row(.wte, Int(token), of: channels), row(.wpe, position, of: channels)).map(+)
    }
    for layer in 0..<configuration.layers {
      let attended = attention(stream.map { normalised($0, .ln1w, .ln1b, layer) }, layer)
      for t in stream.indices {
        let middle = zip(stream[t], linear(attended[t], .attprojw, .attprojb, layer)).map(+)
        let hidden = linear(normalised(middle, .ln2w, .ln2b, layer), .fcw, .fcb, layer).map(gelu)
        stream[t] = zip(middle, linear(hidden, .fcprojw, .fcprojb, layer)).map(+)
      }
    }
    return stream
  }

  /// One position's logits, (V), by its residual stream, (C).
  private func logits(_ residual: [Double]) -> [Double] {
    let last = normalised(residual, .lnfw, .lnfb, 0)
    return (0..<configuration.vocabularySize).map { dot(row(.wte, $0, of: last.count), last[...]) }
  }

  private func attention(_ inputs: [[Double]], _ layer: Int) -> [[Double]] {
    let channels = configuration.channels
    let size = configuration.headSize
    let qkv = inputs.map { linear($0, .qkvw, .qkvb, layer) }
    return inputs.indices.map { t in
      (0..<configuration.heads).flatMap { head -> [Double] in
        let part = head * size..<(head + 1) * size
        let query = qkv[t][part]
        let scores = (0...t).map { other in
          let key = qkv[other][channels + part.lowerBound..<channels + part.upperBound]
          return dot(query, key) / Double(size).squareRoot()
        }
        let probabilities = softmax(scores)
        return part.map { column in
          (0...t).reduce(0) { $0 + probabilities[$1] * qkv[$1][2 * channels + column] }
        }
      }
    }
  }

  private func normalised(
    _ x: [Double], _ weight: ParameterTensor, _ bias: ParameterTensor, _ layer: Int
  ) -> [Double] {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    let (w, b) = (row(weight, layer, of: x.count), row(bias, layer, of: x.count))
    return zip(x, zip(w, b)).map { ($0 - mean) / (variance + 1e-5).squareRoot() * $1.0 + $1.1 }
  }

  /// x · wᵀ + b of one layer.
  private func linear(
    _ x: [Double], _ weight: ParameterTensor, _ bias: ParameterTensor, _ layer: Int
  ) -> [Double] {
    let outputs = (weights[bias]?.count ?? 0) / configuration.layers
    return zip(0..<outputs, row(bias, layer, of: outputs)).map { output, b in
      dot(row(weight, layer * outputs + output, of: x.count), x[...]) + b
    }
  }

  private func row(_ tensor: ParameterTensor, _ index: Int, of count: Int) -> ArraySlice<Double> {
    weights[tensor]?[index * count..<(index + 1) * count] ?? []
  }

  private func gelu(_ x: Double) -> Double {
    0.5 * x * (1 + hyperbolicTangent((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  }

  private func dot(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>) -> Double {
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        var sum = 0.0
        for index in 0..<a.count { sum += a[index] * b[index] }
        return sum
      }
    }
  }
}

/// exp(x) ÷ Σ exp(x)
package func softmax(_ x: [Double]) -> [Double] {
  let greatest = x.max() ?? 0
  let weights = x.map { exponential($0 - greatest) }
  let sum = weights.reduce(0, +)
  return weights.map { $0 / sum }
}
