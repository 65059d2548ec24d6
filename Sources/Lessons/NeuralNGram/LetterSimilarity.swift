extension NeuralNGramParameters {
  /// The cosines of the angles between the tokens' embeddings, (V, V): 1 for tokens that the model takes for the same,
  /// around 0 for those that have nothing to do with each other.
  public var embeddingSimilarities: [[Double]] {
    let table = self[.embedding]
    let rows = (0..<table.rows).map { table[$0].map(Double.init) }
    let norms = rows.map { dot($0, $0).squareRoot() }
    return rows.indices.map { i in
      rows.indices.map { j in dot(rows[i], rows[j]) / (norms[i] * norms[j]) }
    }
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
}
