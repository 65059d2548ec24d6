/// What Karpathy's lecture "Let's build GPT: from scratch, in code, spelled out" (2023) calls the mathematical trick in
/// self-attention: the mean of all rows up to each, computed in three ways, and a fourth in which the rows themselves say how
/// much of each is taken.
package enum CausalAverages {
  /// Version 1: a loop. x is (T, C), and so is what each returns.
  package static func loop(_ x: DoubleMatrix) -> DoubleMatrix {
    var result = DoubleMatrix(zeros: x.rows, x.columns)
    for t in 0..<x.rows {
      for column in 0..<x.columns {
        let sum = (0...t).reduce(0.0) { $0 + x[$1, column] }
        result[t, column] = sum / Double(t + 1)
      }
    }
    return result
  }

  /// Version 2: a product with a triangular matrix, whose row t has 1/(t + 1) in its first t + 1 places.
  package static func product(_ x: DoubleMatrix) -> DoubleMatrix { triangle(x.rows).times(x) }

  /// (T, T)
  package static func triangle(_ size: Int) -> DoubleMatrix {
    var weights = DoubleMatrix(zeros: size, size)
    for t in 0..<size {
      for earlier in 0...t { weights[t, earlier] = 1 / Double(t + 1) }
    }
    return weights
  }

  /// Version 3: the same matrix as the softmax of zeros, with −∞ where the future is.
  package static func softmax(_ x: DoubleMatrix) -> DoubleMatrix {
    DoubleMatrix(zeros: x.rows, x.rows).causallyMasked.softmax.times(x)
  }

  /// Version 4: in place of the zeros, how well what a row asks for fits what another offers. With weights of (C, h) it
  /// returns (T, h).
  package static func attention(
    _ x: DoubleMatrix, query: DoubleMatrix, key: DoubleMatrix, value: DoubleMatrix
  ) -> DoubleMatrix {
    let scale = 1 / Double(query.columns).squareRoot()
    let scores = x.times(query).timesTransposed(x.times(key)).scaled(by: scale)
    return scores.causallyMasked.softmax.times(x.times(value))
  }
}
