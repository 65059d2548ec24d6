import GPT2BinaryFiles
import GPT2Charts

// What the page's script, mlp.js, computes with.
extension NeuralNGramResults {
  /// Runs only if its bytes have this SHA-256: `openssl dgst -sha256 -binary mlp.js | base64` makes it anew.
  static var script: Page.Script {
    Page.Script(
      String(decoding: PackageResources.mlp_js, as: UTF8.self),
      sha256: "4ugb+INHEFfEIEk7FYavrggyZuMAAeHI+fAO5J83PNE=")
  }

  /// Models with more numbers than that are too much for a page.
  private static let mostNumbers = 1_000_000

  private struct Values: Encodable {
    /// Of each token, a dot for the end of a name.
    var letters: String
    var contextLength: Int
    var embeddingSize: Int
    var hiddenSize: Int
    var smoothing: Double
    /// What stands before a name.
    var before: String
    /// The neural model's tensors as little-endian floats, in base 64.
    var parameters: String
    /// Of each context that was seen: tokens, each with how often it followed.
    var counts: [String: [Int]]
  }

  /// A figure of what both models say after a context, with both in it, so that the script can say it after any.
  var nextLetters: Gallery.Picture? {
    guard countedNumbers <= Self.mostNumbers, shape.parameterCount <= Self.mostNumbers,
      let tokens = vocabulary.tokens("anna\nrichard")
    else { return nil }
    let context = comparison.context(Array(tokens.suffix(shape.contextLength)))
    let text = vocabulary.shown(context.tokens)
    let chart = BarChart(
      summary: "Probability of each letter after \(text)", title: "letter after \(text)",
      categories: vocabulary.letters.indices.map { vocabulary.shown([$0]) }, y: Axis("probability"),
      series: [.init("MLP", context.neural, color: 0), .init("counting", context.counting, color: 1)],
      size: ChartSize(width: 860, height: 220))
    return Gallery.Picture(
      "next", title: "What comes next?", caption: "After \(text), as in richard.", chart, isWide: true,
      values: scriptValues)
  }

  private var scriptValues: String {
    Gallery.json(
      Values(
        letters: vocabulary.shown(Array(0..<vocabulary.count)), contextLength: shape.contextLength,
        embeddingSize: shape.embeddingSize, hiddenSize: shape.hiddenSize,
        smoothing: comparison.counting.smoothing,
        before: "anna.", parameters: Base64.text(of: comparison.neural.parameters.values.littleEndianBytes),
        counts: seenCounts))
  }

  private var seenCounts: [String: [Int]] {
    let contexts = (0..<countedNumbers / shape.vocabularySize).map { number in
      var (rest, tokens) = (number, [Int]())
      for _ in 0..<shape.contextLength {
        tokens.insert(rest % shape.vocabularySize, at: 0)
        rest /= shape.vocabularySize
      }
      return tokens
    }
    let pairs = contexts.compactMap { context -> (String, [Int])? in
      let row = Array(comparison.counting.counts(after: context))
      let found = row.indices.filter { row[$0] > 0 }.flatMap { [$0, Int(row[$0])] }
      return found.isEmpty ? nil : (vocabulary.shown(context), found)
    }
    return Dictionary(uniqueKeysWithValues: pairs)
  }
}
