import GPT2Kernels

/// How a matrix of weights is changed by its gradient, and what is remembered of it from step to step. A rule is one
/// file: what it keeps is allocated, shared among processes, saved and read by the names that it gives.
protocol UpdateRule: Sendable {
  /// Its name in state files.
  var name: String { get }

  /// Whether every value is updated by itself, so that a tensor may be cut anywhere; else a matrix is updated as a whole.
  var isElementwise: Bool { get }

  /// What is kept of a matrix of (rows, columns), zero at first: the name in state files, and how many values.
  func states(rows: Int, columns: Int) -> [(name: String, count: Int)]

  /// Values of scratch that an update of a matrix of (rows, columns) needs.
  func scratchCount(rows: Int, columns: Int) -> Int

  /// Changes a weight and what is kept of it.
  ///
  /// - Parameters:
  ///   - weight: (rows, columns), of one piece.
  ///   - gradient: (rows, columns), only read.
  ///   - states: In the order of `states(rows:columns:)`.
  func update(
    _ weight: Matrix, gradient: Matrix, states: [UnsafeMutableBufferPointer<Float>], in step: UpdateStep,
    on workers: Workers)
}

extension UpdateRule {
  func scratchCount(rows: Int, columns: Int) -> Int { 0 }

  /// How many values are kept of a matrix.
  func stateCount(rows: Int, columns: Int) -> Int {
    states(rows: rows, columns: columns).reduce(0) { $0 + $1.count }
  }
}

/// What an update of any rule has to know of its step.
struct UpdateStep {
  let learningRate: Float
  let weightDecay: Float
  /// Multiplies each gradient first: how it is clipped to a norm.
  let gradientScale: Float
  /// From 1: t in bias corrections.
  let count: Int
  /// Of matrix products.
  let precision: Precision
}
