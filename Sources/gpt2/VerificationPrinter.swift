import GPT2Kernels
import GPT2Platform
import GPT2Terminal
import GPT2TextFormatting
import GPT2TrainingCore

/// A verification report: a table, one line a tensor, or JSON.
struct VerificationPrinter {
  private let report: VerificationReport

  init(_ report: VerificationReport) { self.report = report }

  func print(asJSON: Bool) throws {
    if asJSON {
      try JSON.print(VerificationRecord(report))
    } else {
      try Output.write(table, raw: true)
    }
  }

  private var table: String {
    var lines = ["recipe \(report.recipe.name), precision \(report.recipe.precision)"]
    lines.append(row("tensor", "shape", "max |diff|", "tolerance", "verdict"))
    for tensor in report.tensors {
      lines.append(
        row(
          tensor.name, tensor.shape, Numbers.scientific(tensor.largestDifference),
          tensor.tolerance.description, Self.verdict(tensor.agrees)))
    }
    if let tensor = report.tensors.first(where: { !$0.agrees }), let first = tensor.firstDivergence {
      lines.append(
        "first divergence: \(tensor.name)[\(first.index)] = \(first.value), reference \(first.reference)")
    }
    return (lines + stepLines + resumeLines + [summary, ""]).joined(separator: "\n") + "\n"
  }

  private var stepLines: [String] {
    guard let trajectory = report.trajectory else {
      return ["\(report.losses.count) steps: the losses were not checked, for want of known ones (--losses)"]
        + ["  " + report.losses.map { Numbers.fixed(Double($0), 6) }.joined(separator: " ")]
    }
    var lines = [
      "\(report.losses.count) steps against \(trajectory.source.visibleOnOneLine), tolerance \(report.recipe.tolerances.trajectory)"
    ]
    lines.append(row("step", "loss", "expected", "|diff|", "verdict"))
    for (step, (loss, expected)) in zip(report.losses, trajectory.losses).enumerated() {
      lines.append(
        row(
          "\(step + 1)", Numbers.fixed(Double(loss), 6), Numbers.fixed(Double(expected), 6),
          Numbers.scientific(abs(loss - expected)),
          Self.verdict(!trajectory.divergingSteps.contains(step))))
    }
    return lines
  }

  private var resumeLines: [String] {
    report.resumesExactly.map {
      [
        "save, reload, \(report.losses.count) more steps: "
          + ($0 ? "the same bits as without " : "other bits than without ") + Self.verdict($0)
      ]
    } ?? []
  }

  private var summary: String {
    let agreeing = report.tensors.count(where: \.agrees)
    return "\(report.recipe.name): \(agreeing) of \(report.tensors.count) tensors agree: "
      + Self.verdict(report.holds)
  }

  private func row(_ name: String, _ shape: String, _ a: String, _ b: String, _ verdict: String) -> String {
    func pad(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    return "  " + pad(name, 11) + pad(shape, 18) + pad(a, 12) + pad(b, 20) + verdict
  }

  private static func verdict(_ holds: Bool) -> String {
    let text = holds ? "ok" : "DIFFERS"
    let isColored =
      isatty(STDOUT_FILENO) == 1 && (System.environment("NO_COLOR") ?? "").isEmpty
    return isColored ? "\u{1B}[\(holds ? 32 : 31)m\(text)\u{1B}[0m" : text
  }
}

/// What `verify --json` prints.
private struct VerificationRecord: Encodable {
  struct Tensor: Encodable {
    let name: String
    let shape: String
    let maximumDifference: Float
    let absoluteTolerance: Float
    let relativeTolerance: Float
    let agrees: Bool
    let firstDivergence: Divergence?
  }

  struct Divergence: Encodable {
    let index: Int
    let value: Float
    let reference: Float
  }

  let recipe: String
  let precision: String
  let holds: Bool
  let tensors: [Tensor]
  let losses: [Float]
  let expectedLosses: [Float]?
  let expectedLossesSource: String?
  let resumesExactly: Bool?

  init(_ report: VerificationReport) {
    recipe = report.recipe.name
    precision = report.recipe.precision.rawValue
    holds = report.holds
    tensors = report.tensors.map { tensor in
      Tensor(
        name: tensor.name, shape: tensor.shape, maximumDifference: tensor.largestDifference,
        absoluteTolerance: tensor.tolerance.absolute, relativeTolerance: tensor.tolerance.relative,
        agrees: tensor.agrees,
        firstDivergence: tensor.firstDivergence.map {
          Divergence(index: $0.index, value: $0.value, reference: $0.reference)
        })
    }
    losses = report.losses
    expectedLosses = report.trajectory?.losses
    expectedLossesSource = report.trajectory?.source
    resumesExactly = report.resumesExactly
  }
}
