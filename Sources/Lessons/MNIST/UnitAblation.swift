import GPT2Kernels
import GPT2Transformer

/// What each hidden unit of a network holds: how well digits are still read when it alone is switched off.
///
/// A unit that gives 0 takes its share out of each logit: z − h_u·W₂[·, u]. So one forward pass serves all units.
package struct UnitAblation: Sendable {
  /// A unit, and what is missed without it.
  package struct Effect: Sendable {
    package let unit: Int
    /// (classes): the share of each digit's images that is read rightly without it.
    package let accuracies: [Double]
    /// (classes): how much more of them is read rightly with it; negative where it does harm.
    package let drops: [Double]
    /// The share of all images.
    package let drop: Double

    /// The digit that needs it most.
    package var neediest: Int { drops.indices.reduce(0) { drops[$1] > drops[$0] ? $1 : $0 } }
  }

  /// (classes): the share of each digit's images that the whole network reads rightly; 0 for digits without images.
  package let accuracies: [Double]
  /// Of all units, those first without which most is missed.
  package let effects: [Effect]

  /// - Throws: `AllocationError` if the memory is not to be had.
  package init(of network: DigitNetwork, on images: DigitImages) throws(AllocationError) {
    let (hidden, classes) = (network.shape.hidden, network.shape.classes)
    // Images read rightly, of each digit: (H + 1, K), the last row with all units at work.
    var right = [Int](repeating: 0, count: (hidden + 1) * classes)
    try network.forEachBatch(of: images) { batch, range in
      let labels = Array(images.labels[range])
      right.withUnsafeMutableBufferPointer { right in
        // A unit's row is one part's alone.
        nonisolated(unsafe) let right = right
        network.workers.run(over: hidden + 1, inRangesOf: 16) { units in
          for unit in units {
            let row = UnsafeMutableBufferPointer(rebasing: right[unit * classes..<(unit + 1) * classes])
            Self.count(unit < hidden ? unit : nil, of: network.parameters, batch, labels, into: row)
          }
        }
      }
    }
    let totals = (0..<classes).map { digit in images.labels.count { $0 == digit } }
    let shares = (0...hidden).map { unit in
      (0..<classes).map { Double(right[unit * classes + $0]) / Double(max(1, totals[$0])) }
    }
    let whole = right[(hidden * classes)...].reduce(0, +)
    accuracies = shares[hidden]
    effects = (0..<hidden).map { unit in
      let lost = whole - right[unit * classes..<(unit + 1) * classes].reduce(0, +)
      return Effect(
        unit: unit, accuracies: shares[unit], drops: zip(shares[hidden], shares[unit]).map { $0 - $1 },
        drop: Double(lost) / Double(images.count))
    }
    .sorted { ($1.drop, $0.unit) < ($0.drop, $1.unit) }
  }

  /// Adds to `right` how many images of each digit are read rightly, without the unit if one is given.
  private static func count(
    _ unit: Int?, of parameters: DigitParameters, _ batch: DigitNetwork.Batch, _ labels: [UInt8],
    into right: UnsafeMutableBufferPointer<Int>
  ) {
    let column = unit.map { unit in (0..<parameters.shape.classes).map { parameters.weight2[$0][unit] } }
    for (row, label) in labels.enumerated() {
      let logits = batch.logits[row]
      guard let unit, let column else {
        if logits.indexOfLargest == Int(label) { right[Int(label)] += 1 }
        continue
      }
      let h = batch.hidden[row][unit]
      var largest = logits[0] - h * column[0]
      var guess = 0
      for digit in 1..<column.count {
        let logit = logits[digit] - h * column[digit]
        if logit > largest { (largest, guess) = (logit, digit) }
      }
      if guess == Int(label) { right[Int(label)] += 1 }
    }
  }
}
