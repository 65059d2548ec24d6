import GPT2Kernels
import GPT2Transformer

extension Ablation {
  /// Switches a layer's neurons off.
  ///
  /// - Parameter activated: (T, H), the rows of the sequence.
  func switchOffNeurons(of layer: Int, in activated: Matrix) {
    let neurons = neurons(of: layer)
    guard !neurons.isEmpty else { return }
    for row in 0..<activated.rows {
      let values = activated[row]
      // One that is 0 stays as it is, −0 as well: no bit of anything may change.
      for neuron in neurons where values[neuron] != 0 { values[neuron] = 0 }
    }
  }

  /// Switches a layer's heads off.
  ///
  /// - Parameter attention: (T, C), the rows of the sequence: the heads' outputs side by side, before their projection.
  func switchOffHeads(of layer: Int, in attention: Matrix, headSize: Int) {
    for head in heads(of: layer) {
      let outputs = attention.columns(head * headSize..<(head + 1) * headSize)
      for row in 0..<outputs.rows { outputs[row].update(repeating: 0) }
    }
  }
}

extension [LanguageModel.SequenceInput] {
  /// Calls `body` with each ablation and the rows of its sequence in a pass over all of them.
  func forEachAblation(_ body: (_ ablation: Ablation, _ rows: Range<Int>) -> Void) {
    var row = 0
    for input in self {
      let rows = row..<row + input.tokens.count
      if let ablation = input.ablation { body(ablation, rows) }
      row = rows.upperBound
    }
  }
}
