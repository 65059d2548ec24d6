import GPT2Generation
import GPT2Platform
import GPT2Terminal
import GPT2TextFormatting

/// Shows what was found inside a model as tables.
struct InspectionPrinter {
  private typealias Token = InspectionReport.Token

  private let report: InspectionReport
  /// How many of the places that a head looks at are shown.
  private static let shownPlaces = 5

  init(_ report: InspectionReport) { self.report = report }

  func print() throws {
    var parts: [String] = []
    if let scores = report.scores { parts.append(text(scores)) }
    if let next = report.next { parts.append(text(next)) }
    parts += (report.lens ?? []).map(text) + (report.attention ?? []).map(text)
    parts += (report.neurons ?? []).map(text)
    try Output.write(parts.joined(separator: "\n"))
  }

  private func text(_ scores: [Token]) -> String {
    var table = TextTable("position", "token", "log p", "p", "rank", "likeliest")
    if let first = report.tokens.first { table.append(["0", Self.label(first)]) }
    for token in scores {
      table.append(
        ["\(token.position ?? 0)", Self.label(token)] + Self.numbers(token)
          + ["\(token.rank ?? 0)", Self.list(token.likeliest ?? [])])
    }
    let sum = scores.reduce(0) { $0 + ($1.logProbability ?? 0) }
    let mean = scores.isEmpty ? 0 : sum / Double(scores.count)
    let summary =
      scores.isEmpty
      ? "" : "  in all: log p \(Numbers.fixed(sum, 4)), perplexity \(Numbers.fixed(exp(-mean), 2))\n"
    return "the text\n" + table.text + summary
  }

  private func text(_ next: InspectionReport.Next) -> String {
    guard let changed = next.changedTokens else {
      var table = TextTable("token", "log p", "p")
      for token in next.likeliest { table.append([Self.label(token)] + Self.numbers(token)) }
      return "what may come next\n" + table.text
    }
    var table = TextTable("token", "log p", "p", "with all on: log p", "p")
    let known = Set(next.likeliest.map(\.id))
    for token in next.likeliest + (next.intactLikeliest ?? []).filter({ !known.contains($0.id) }) {
      table.append(
        [Self.label(token)] + Self.numbers(token) + Self.numbers(of: token.intactLogProbability ?? 0))
    }
    return "what may come next\n" + table.text
      + "  \(changed) of \(report.model.vocabularySize) logits changed\n"
  }

  private func text(_ lens: InspectionReport.Lens) -> String {
    let target = lens.target.map { ", before \(Self.label($0))" } ?? ""
    var table =
      lens.target == nil ? TextTable("blocks", "likeliest") : TextTable("blocks", "rank", "p", "likeliest")
    for layer in lens.layers {
      let found = layer.rank.map { ["\($0)", Self.probability(layer.logProbability ?? 0)] } ?? []
      table.append(["\(layer.blocks)"] + found + [Self.list(layer.likeliest)])
    }
    return "logit lens at \(place(lens.position))\(target)\n" + table.text
  }

  private func text(_ attention: InspectionReport.Attention) -> String {
    var table = TextTable("position", "token", "looks at")
    for (position, weights) in attention.weights.enumerated() {
      let most = weights.indices.sorted { (weights[$1], $0) < (weights[$0], $1) }.prefix(Self.shownPlaces)
      let places = most.map { "\(place($0)) \(Numbers.fixed(Double(weights[$0]), 3))" }
      table.append(["\(position)", Self.label(report.tokens[position]), places.joined(separator: ", ")])
    }
    return "attention of layer \(attention.layer), head \(attention.head)\n" + table.text
  }

  private func text(_ neurons: InspectionReport.Neurons) -> String {
    var table = TextTable("neuron", "activation", "pushes up", "pushes down")
    for neuron in neurons.neurons {
      table.append([
        "\(neuron.neuron)", Numbers.fixed(Double(neuron.activation), 4),
        (neuron.promotes ?? []).map(Self.label).joined(separator: ", "),
        (neuron.suppresses ?? []).map(Self.label).joined(separator: ", "),
      ])
    }
    return "neurons of layer \(neurons.layer) at \(place(neurons.position)), \(neurons.inactive) of "
      + "\(report.model.neurons) inactive\n" + table.text
  }

  /// "4 ' is'"
  private func place(_ position: Int) -> String { "\(position) \(Self.label(report.tokens[position]))" }

  /// A token's text in quotes, control characters spelt out; its bytes if they are no text, its id if there is none.
  private static func label(_ token: Token) -> String {
    if let bytes = token.bytes { return "bytes \(bytes.map { String($0) }.joined(separator: " "))" }
    guard let text = token.text else { return "#\(token.id)" }
    return "'\(text.visibleOnOneLine)'"
  }

  private static func list(_ tokens: [Token]) -> String {
    tokens.map { "\(label($0)) \(probability($0.logProbability ?? 0))" }.joined(separator: ", ")
  }

  private static func numbers(_ token: Token) -> [String] { numbers(of: token.logProbability ?? 0) }

  private static func numbers(of logProbability: Double) -> [String] {
    [Numbers.fixed(logProbability, 4), probability(logProbability)]
  }

  private static func probability(_ logProbability: Double) -> String {
    Numbers.fixed(exp(logProbability), 4)
  }
}
