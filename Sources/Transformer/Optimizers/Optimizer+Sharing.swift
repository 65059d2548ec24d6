import GPT2Kernels

// What processes that share the update do together.
extension Optimizer {
  /// What each process updates, among all values that are trained: disjoint ranges in order.
  package var shares: [[Range<Int>]] {
    (0..<pieces.processes).map { process in
      pieces.runs(of: process).map { $0.unit.start..<$0.unit.start + $0.unit.count }
    }
  }

  /// Calls `body` with all that this process updates, or all that others do: the values in the model, and where they are
  /// among all that are trained.
  package func forEachRun(
    ofOthers others: Bool, in parameters: Parameters, _ adapters: LowRankAdapters?,
    _ body: (_ start: Int, _ values: UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    for owner in 0..<pieces.processes where (owner != process) == others {
      for (_, unit) in pieces.runs(of: owner) { body(unit.start, unit.matrix(in: parameters, adapters).flat) }
    }
  }

  /// Copies all that this process updates from the model to where it is among all values that are trained.
  package func copy(
    from parameters: Parameters, _ adapters: LowRankAdapters?, to trained: UnsafeMutableBufferPointer<Float>
  ) {
    forEachRun(ofOthers: false, in: parameters, adapters) { start, values in
      _ = UnsafeMutableBufferPointer(rebasing: trained[start..<start + values.count]).update(from: values)
    }
  }

  /// Copies all that this process updates, or all that others do, from there to the model.
  package func copy(
    _ trained: UnsafeMutableBufferPointer<Float>, ofOthers others: Bool, to parameters: Parameters,
    _ adapters: LowRankAdapters?
  ) {
    forEachRun(ofOthers: others, in: parameters, adapters) { start, values in
      _ = values.update(from: trained[start..<start + values.count])
    }
  }

  /// Sums of squares of gradients, of each piece: 0 for those of others. What processes find is to be added.
  package func sumsOfSquares(of gradients: Parameters, on workers: Workers) -> [Double] {
    let own = pieces.units.indices.filter { pieces.owner(of: $0) == process }
    let sums = GradientNorm.sumsOfSquares(
      of: own.map { pieces.units[$0].matrix(in: gradients, gradients.adapters).flat }, on: workers)
    var all = [Double](repeating: 0, count: pieces.units.count)
    for (unit, sum) in zip(own, sums) { all[unit] = sum }
    return all
  }

  /// The tensor of the first piece whose sum of squares is not finite; `nil` also for adapters.
  package func firstNonFinite(inSquares sums: [Double]) -> ParameterTensor? {
    zip(pieces.units, sums).first { !$1.isFinite }?.0.tensor
  }

  /// The norm of all gradients of which these are the pieces' sums of squares: `norm(of:on:)`, in its order where values
  /// are updated one by one.
  package func norm(ofSquares sums: [Double]) -> Float {
    var (total, tensorSum): (Double, Double) = (0, 0)
    for (index, unit) in pieces.units.enumerated() {
      if unit.offset == 0 { (total, tensorSum) = (total + tensorSum, 0) }
      tensorSum += sums[index]
    }
    return Float((total + tensorSum).squareRoot())
  }
}
