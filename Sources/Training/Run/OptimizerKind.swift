import GPT2BinaryFiles
import GPT2Transformer

/// What the moments in a state file, or those of an optimizer, are.
struct OptimizerKind: Equatable {
  /// What is kept, by name, and how many values of each.
  let states: [(name: String, count: Int)]
  let trained: TensorSet
  let hasAdapters: Bool

  init(_ optimizer: Optimizer) {
    states = optimizer.states.map { ($0.name, $0.count) }
    trained = optimizer.trained
    hasAdapters = optimizer.adapters != nil
  }

  init(states: [(name: String, count: Int)], trained: TensorSet, hasAdapters: Bool) {
    self.states = states
    self.trained = trained
    self.hasAdapters = hasAdapters
  }

  static func == (a: OptimizerKind, b: OptimizerKind) -> Bool {
    a.trained == b.trained && a.hasAdapters == b.hasAdapters && a.states.count == b.states.count
      && zip(a.states, b.states).allSatisfy { $0 == $1 }
  }

  /// Whether llm.c has such.
  var isLLMC: Bool {
    states.map(\.name) == ["adamw.m", "adamw.v"] && trained == .all && !hasAdapters
  }

  /// "AdamW over all"
  var words: String {
    let rules = [("normuon.", "NorMuon"), ("muon.", "Muon")]
    let name = rules.first { prefix, _ in states.contains { $0.name.hasPrefix(prefix) } }?.1 ?? "AdamW"
    return "\(name) over \(trained)" + (hasAdapters ? " and adapters" : "")
  }
}
