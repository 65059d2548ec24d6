import GPT2BinaryFiles
import GPT2Transformer

/// What a training run needs, part by part, in bytes: known before anything is allocated.
///
/// A part whose size overflows is `Int.max`, and then so is the total.
package struct MemoryPlan: Equatable, Sendable {
  /// The model's, and its adapters'.
  package let weights: Int
  package let gradients: Int
  /// What the optimizer remembers: of one process, if several share it.
  package let moments: Int
  /// Where processes train apart: the weights of their last exchange, and the outer velocity.
  package let outer: Int
  /// The moving average of the weights, if one is kept.
  package let average: Int
  /// What a forward pass leaves behind for the backward pass.
  package let activations: Int
  /// How much more the activations would take if nothing were computed again.
  package let savedByRecomputing: Int
  /// What is used over and over: a band of logits, the gradients of activations, a sample's forward pass.
  package let scratch: Int
  /// The process itself: its code, libraries, tokenizer, and the operands that products pack.
  package let program: Int

  /// As measured, in round numbers: it hardly depends on the model.
  static let programBytes = 40 << 20

  /// - Parameter processes: Those that share the plan's replicas; the figures are of each.
  init(_ plan: TrainingPlan, for configuration: Configuration, processes: Int) {
    func counts(_ recomputing: Recomputation) -> (kept: Int, scratch: Int)? {
      Activations.valueCounts(
        configuration, batchSize: plan.batchSize, sequenceLength: plan.sequenceLength,
        keepingForBackward: true, recomputing: recomputing)
    }
    func values(holding present: TensorSet) -> Int {
      Self.bytes(Parameters.valueCount(of: configuration, holding: present, adapters: plan.adapters))
    }
    weights = plan.storedByteCount.map { Self.sum([$0, values(holding: .none)]) } ?? values(holding: .all)
    let sums =
      plan.outer == nil
      ? (try? ReplicaTree(replicas: plan.replicas, processes: processes))?.sumCount ?? 1 : 1
    gradients = Self.sum([Int](repeating: values(holding: plan.trained), count: sums))
    outer = plan.outer == nil ? 0 : Self.sum([Int](repeating: values(holding: plan.trained), count: 2))
    average = plan.emaDecay == nil ? 0 : values(holding: .all)
    moments = Self.bytes(
      Optimizer.stateCount(
        configuration, training: plan.trained, adapters: plan.adapters, settings: plan.optimizer,
        processes: plan.shardsOptimizer ? processes : 1))
    let activations = counts(plan.recomputing)
    self.activations = Self.bytes(activations?.kept)
    savedByRecomputing = Self.bytes(counts(.nothing)?.kept) - self.activations
    scratch = Self.sum([
      Self.bytes(activations?.scratch), Self.bytes(Self.sampleValues(plan, configuration)),
      plan.sampleInterval == nil ? 0 : plan.regroupedByteCount,
      Self.bytes(Optimizer.scratchCount(configuration, settings: plan.optimizer)),
      plan.adapters.map { Self.bytes($0.scratchCount(tokens: plan.batchSize * plan.sequenceLength)) } ?? 0,
    ])
    program = Self.programBytes
  }

  package var total: Int {
    Self.sum([weights, gradients, moments, outer, average, activations, scratch, program])
  }

  /// A sample has a forward pass of its own, made while everything else stays; of a model with adapters, with
  /// weights that they are merged into unless these stay as they are stored.
  private static func sampleValues(_ plan: TrainingPlan, _ configuration: Configuration) -> Int? {
    guard plan.sampleInterval != nil else { return 0 }
    // The mark between documents and the sample, but no more than the model sees at a time.
    let positions = min(plan.sampleLength, configuration.maximumSequenceLength - 1) + 1
    guard
      let pass = Activations.valueCounts(
        configuration, batchSize: 1, sequenceLength: positions, keepingForBackward: false)
    else { return nil }
    let merged = plan.storedByteCount == nil ? plan.adapters.map { $0.mergedValueCount } ?? 0 : 0
    return merged.map { pass.kept + pass.scratch + configuration.paddedVocabularySize + $0 }
  }

  private static func bytes(_ values: Int?, copies: Int = 1) -> Int {
    guard let values else { return .max }
    return (CheckedCount(values) * copies * MemoryLayout<Float>.stride).value ?? .max
  }

  private static func sum(_ parts: [Int]) -> Int {
    parts.reduce(CheckedCount(0), +).value ?? .max
  }
}

extension TrainingPlan {
  /// What such a run of a model of `configuration` needs.
  ///
  /// - Parameter processes: Those that share the plan's replicas; the figures are of each.
  package func memory(for configuration: Configuration, processes: Int = 1) -> MemoryPlan {
    MemoryPlan(self, for: configuration, processes: processes)
  }

  /// The plan that changes least of this one and fits in `available` bytes: more is computed again, which gives
  /// the same results; then the batch is smaller, then the sequences are shorter.
  ///
  /// - Returns: `nil` if not even one token at a time fits.
  package func fitting(_ available: Int, for configuration: Configuration) -> TrainingPlan? {
    var plan = self
    func fits(_ plan: TrainingPlan) -> Bool { plan.memory(for: configuration).total <= available }
    for recomputing in Recomputation.allCases where recomputing.rawValue >= self.recomputing.rawValue {
      plan.recomputing = recomputing
      if fits(plan) { return plan }
    }
    for extent in [\TrainingPlan.batchSize, \.sequenceLength] {
      // The largest that fits, by halving: `least` fits unless it is still 0, `most` does not.
      var (least, most) = (0, plan[keyPath: extent])
      while most - least > 1 {
        plan[keyPath: extent] = least + (most - least) / 2
        if fits(plan) { least = plan[keyPath: extent] } else { most = plan[keyPath: extent] }
      }
      plan[keyPath: extent] = max(1, least)
      if least > 0 { return plan }
    }
    return nil
  }
}
