import GPT2RandomNumbers

/// The six matrices of `RecallHead`.
package enum HeadTensor: Int, CaseIterable, Sendable {
  /// (V, C): a row for each token.
  case token
  /// (V, C): a row for the token before.
  case previous
  /// (C, h) each
  case query, key, value
  /// (h, V)
  case output

  package var name: String {
    switch self {
    case .token: "token"
    case .previous: "previous"
    case .query: "query"
    case .key: "key"
    case .value: "value"
    case .output: "output"
    }
  }
}

/// What a `RecallHead` learns, and what its gradients are kept in.
package struct HeadParameters: Equatable, Sendable {
  /// V
  package let vocabularySize: Int
  /// C
  package let channels: Int
  /// h
  package let headSize: Int
  /// In the order of `HeadTensor`.
  package private(set) var matrices: [DoubleMatrix]

  package init(zeros vocabularySize: Int, channels: Int, headSize: Int) {
    self.vocabularySize = vocabularySize
    self.channels = channels
    self.headSize = headSize
    matrices = HeadTensor.allCases.map { tensor in
      switch tensor {
      case .token, .previous: DoubleMatrix(zeros: vocabularySize, channels)
      case .query, .key, .value: DoubleMatrix(zeros: channels, headSize)
      case .output: DoubleMatrix(zeros: headSize, vocabularySize)
      }
    }
  }

  /// Uniform: embeddings from −1 to 1, of the other matrices each from −1/√n to 1/√n, n being its rows.
  package init(
    random vocabularySize: Int, channels: Int, headSize: Int, using random: inout MersenneTwister
  ) {
    self.init(zeros: vocabularySize, channels: channels, headSize: headSize)
    for tensor in HeadTensor.allCases {
      let isEmbedding = tensor == .token || tensor == .previous
      let bound = isEmbedding ? 1 : 1 / Double(self[tensor].rows).squareRoot()
      let values = self[tensor].values.map { _ in bound * (2 * random.nextUnit() - 1) }
      self[tensor].values = values
    }
  }

  package subscript(tensor: HeadTensor) -> DoubleMatrix {
    get { matrices[tensor.rawValue] }
    set { matrices[tensor.rawValue] = newValue }
  }

  /// Adds to a row of a matrix, in place.
  mutating func add(_ values: ArraySlice<Double>, toRow row: Int, of tensor: HeadTensor) {
    matrices[tensor.rawValue].add(values, toRow: row)
  }

  /// All numbers, one matrix behind the other.
  package var values: [Double] {
    get { matrices.flatMap(\.values) }
    set {
      precondition(newValue.count == count, "\(newValue.count) values for \(count)")
      var start = 0
      for index in matrices.indices {
        let end = start + matrices[index].values.count
        matrices[index].values = Array(newValue[start..<end])
        start = end
      }
    }
  }

  package var count: Int { matrices.reduce(0) { $0 + $1.values.count } }
}

extension HeadParameters {
  /// Weights written down, not learnt, with which one head solves `RecallTask`: that it can be done at all.
  ///
  /// C = h = 2V. A token's embedding is 1 at its own number, the one for the token before is 1 at V + its number; both are so
  /// kept apart. The query asks for the own token among those before, the value tells the own token on.
  ///
  /// - Parameters:
  ///   - sharpness: Of a score where what is asked for fits, in place of 0. The fitting one of n positions then has the
  ///     weight 1/(1 + (n − 1)·exp(−sharpness)).
  ///   - confidence: The logit of a token with the weight 1.
  package init(writtenDownFor vocabularySize: Int, sharpness: Double, confidence: Double) {
    let V = vocabularySize
    self.init(zeros: V, channels: 2 * V, headSize: 2 * V)
    // S is divided by √h.
    let scale = sharpness * Double(2 * V).squareRoot()
    for number in 0..<V {
      self[.token][number, number] = 1
      self[.previous][number, V + number] = 1
      self[.query][number, number] = scale
      self[.key][V + number, number] = 1
      self[.value][number, number] = 1
      self[.output][number, number] = confidence
    }
  }
}
