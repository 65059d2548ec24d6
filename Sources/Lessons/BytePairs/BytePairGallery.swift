import GPT2Charts

extension BytePairLesson {
  /// A text coloured by its tokens, what merges bring, and what they cost.
  package var gallery: Gallery {
    Gallery(
      title: "Which bytes belong together?",
      introduction: [
        "A model reads numbers, not letters. Byte-pair encoding makes them: it begins with the 256 bytes, finds the two "
          + "neighbours that stand side by side most often in a text, gives them a number of their own, and begins "
          + "again. What is frequent becomes short; and as there is a number for every byte, nothing is unknown.",
        "After Karpathy’s minbpe, whose merges these are.",
      ],
      facts: facts, pictures: [passagePicture, compression, frequencies],
      tables: [mergeTable, longestTable, spellingTable],
      texts: [.init("As minbpe prints them", printed)], script: Self.script)
  }

  private static let size = ChartSize(width: 520, height: 320)

  private var facts: [Gallery.Fact] {
    let longest = pieces.vocabulary.max { $0.count < $1.count } ?? []
    // A word that is wider than its card would make the page wider.
    let name = TokenDrawing.shown(longest)
    return [
      .init(
        "Text", NumberText.grouped(text.count), unit: "bytes", explanation: "as many tokens before any merge"),
      .init(
        "Bytes a token", NumberText.fixed(pieces.bytesPerToken(after: pieces.merges.count), 2),
        explanation: "after \(pieces.merges.count) merges inside pieces"),
      .init(
        "Without pieces", NumberText.fixed(whole.bytesPerToken(after: whole.merges.count), 2),
        unit: "bytes a token", explanation: "after \(whole.merges.count) merges across spaces and all"),
      .init(
        "Longest token", "\(longest.count)", unit: "bytes",
        explanation: "“\(name.prefix(12))\(name.count > 12 ? "…" : "")”, inside pieces"),
    ]
  }

  private var passagePicture: Gallery.Picture {
    let tokens = pieces.encode(passage).map { (id: $0, bytes: pieces.vocabulary[$0]) }
    return Gallery.Picture(
      "passage", title: "The text in tokens",
      caption:
        "After \(pieces.merges.count) merges inside pieces: \(passage.count) bytes, \(tokens.count) tokens. "
        + "A colour stands for a token’s number, so neighbours may share one.",
      TokenDrawing(tokens), values: scriptValues)
  }

  private var compression: Gallery.Picture {
    func line(_ name: String, _ training: BytePairTraining, color: Int) -> LineChart.Series {
      .init(
        name,
        (0...training.merges.count).map { ChartPoint(Double(256 + $0), training.bytesPerToken(after: $0)) },
        color: color)
    }
    return Gallery.Picture(
      "compression", title: "What a larger vocabulary brings",
      caption:
        "The first merges shorten the text most. Pieces forbid merges across spaces, and so cost some.",
      LineChart(
        summary: "Bytes a token over the size of the vocabulary", x: Axis("tokens in the vocabulary"),
        y: Axis("bytes a token", including: 1),
        series: [line("inside pieces", pieces, color: 0), line("whole text", whole, color: 1)],
        size: Self.size))
  }

  private var frequencies: Gallery.Picture {
    func line(_ name: String, _ training: BytePairTraining, color: Int) -> LineChart.Series {
      .init(
        name,
        training.merges.enumerated().map { ChartPoint(Double($0 + 1), Double($1.count)) }, color: color,
        labelsLast: false)
    }
    return Gallery.Picture(
      "frequencies", title: "How often each pair occurred",
      caption:
        "When it was merged. A merge may make a pair that is as frequent as itself, but none that is more so.",
      LineChart(
        summary: "Occurrences of the merged pair over the merges", x: Axis("merge", .logarithmic),
        y: Axis("occurrences", .logarithmic),
        series: [line("inside pieces", pieces, color: 0), line("whole text", whole, color: 1)],
        size: Self.size))
  }

  private static func shown(_ token: [UInt8]) -> String { "“\(TokenDrawing.shown(token))”" }

  private var mergeTable: Gallery.Table {
    func cells(_ training: BytePairTraining, _ merge: Int) -> [String] {
      guard merge < training.merges.count else { return ["", ""] }
      return [
        Self.shown(training.vocabulary[256 + merge]), NumberText.grouped(training.merges[merge].count),
      ]
    }
    let count = min(12, max(whole.merges.count, pieces.merges.count))
    return Gallery.Table(
      "The first merges", columns: ["token", "inside pieces", "pairs", "whole text", "pairs"],
      rows: (0..<count).map { ["\(256 + $0)"] + cells(pieces, $0) + cells(whole, $0) })
  }

  private var longestTable: Gallery.Table {
    func longest(_ training: BytePairTraining) -> [String] {
      let merged = training.vocabulary.enumerated().dropFirst(256)
      return merged.sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }.prefix(8)
        .map { Self.shown($0.element) }
    }
    let (inside, across) = (longest(pieces), longest(whole))
    let rows = (0..<max(inside.count, across.count)).map { place in
      [inside, across].map { place < $0.count ? $0[place] : "" }
    }
    return Gallery.Table("The longest tokens", columns: ["inside pieces", "whole text"], rows: rows)
  }

  /// Why tokens make some things hard.
  private var spellingTable: Gallery.Table {
    let examples = [
      ("ROMEO", "a name in capitals is one row of numbers,"),
      (" Romeo", "with a space before it another,"),
      ("romeo", "and in small letters a third: a model must learn that all are one"),
      ("strawberry", "how many r? The numbers do not say"),
      ("127 + 677 = 804", "digits are joined as the text had them, whatever their places mean"),
      ("  return x", "what the text did not have, such as code, is cut fine"),
    ]
    return Gallery.Table(
      "What tokens hide", columns: ["text", "tokens, inside pieces", "what is hard"],
      rows: examples.map { text, why in
        let tokens = pieces.encode(Array(text.utf8)).map {
          TokenDrawing.shown(pieces.vocabulary[$0]).replacing(" ", with: "␣")
        }
        return ["“\(text)”", tokens.joined(separator: " · "), why]
      })
  }

  private var printed: String {
    let kinds = [("all as one piece", whole), ("inside pieces", pieces)]
    return kinds.map { title, training in
      ([title + ":"] + Self.merges(of: training, shown: 10, of: results.mergeCount)).joined(separator: "\n")
    }.joined(separator: "\n\n")
  }
}
