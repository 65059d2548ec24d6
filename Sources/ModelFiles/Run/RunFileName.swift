/// The name of a checkpoint's file in a run directory. Those of the model, the state and the mark are llm.c's.
package struct RunFileName: Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    /// `model_STEP.bin`: all weights.
    case model
    /// `adapters_STEP.bin`: low-rank adapters, where they are all that is trained.
    case adapters
    /// `state_STEP_RANK.bin`: the optimizer's moments; llm.c writes one a process.
    case state(rank: Int)
    /// `outer_STEP.bin`: what processes that train apart have in common beside the weights.
    case outer
    /// `ema_STEP.bin`: the exponential moving average of the weights, as a model.
    case average
    /// `progress_STEP.json`: what a run has to remember and llm.c does not know.
    case progress
    /// `DONE_STEP`: the others are whole.
    case done
    /// `best_STEP.bin`: the model, or the adapters, of the lowest validation loss.
    case best
  }

  package let kind: Kind
  package let step: Int

  package init(_ kind: Kind, _ step: Int) {
    self.kind = kind
    self.step = step
  }

  /// What a name says; `nil` if it is of another kind of file.
  package init?(_ name: some StringProtocol) {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    let words = parts[0].split(separator: "_", omittingEmptySubsequences: false)
    guard words.count > 1, let step = Self.number(words[1], digits: Self.stepDigits) else { return nil }
    switch (words[0], words.count, parts.dropFirst().joined(separator: ".")) {
    case ("model", 2, "bin"): kind = .model
    case ("adapters", 2, "bin"): kind = .adapters
    case ("best", 2, "bin"): kind = .best
    case ("outer", 2, "bin"): kind = .outer
    case ("ema", 2, "bin"): kind = .average
    case ("progress", 2, "json"): kind = .progress
    case ("DONE", 2, "") where parts.count == 1: kind = .done
    case ("state", 3, "bin"):
      guard let rank = Self.number(words[2], digits: Self.rankDigits) else { return nil }
      kind = .state(rank: rank)
    default: return nil
    }
    self.step = step
  }

  package var name: String {
    let digits = Self.padded(step, Self.stepDigits)
    return switch kind {
    case .model: "model_\(digits).bin"
    case .adapters: "adapters_\(digits).bin"
    case .state(let rank): "state_\(digits)_\(Self.padded(rank, Self.rankDigits)).bin"
    case .outer: "outer_\(digits).bin"
    case .average: "ema_\(digits).bin"
    case .progress: "progress_\(digits).json"
    case .done: "DONE_\(digits)"
    case .best: "best_\(digits).bin"
    }
  }

  /// llm.c's %08d and %05d.
  private static let stepDigits = 8
  private static let rankDigits = 5

  private static func padded(_ number: Int, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  private static func number(_ text: some StringProtocol, digits: Int) -> Int? {
    let isNumber = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    return text.utf8.count >= digits && isNumber ? Int(text) : nil
  }
}
