import GPT2BinaryFiles
import GPT2Charts
import GPT2Generation
import GPT2Platform

extension NanoGPTInside {
  /// The pictures of a model's inside.
  ///
  /// - Parameter characters: The vocabulary.
  func pictures(_ characters: [Unicode.Scalar]) -> [Gallery.Picture] {
    [
      .init(
        "attention", title: "Where its heads look",
        caption:
          "All heads while the model reads the beginning of its own last sample. A row is a character that looks back, "
          + "from the first, above, to the last; a column one that is looked at. Bright is 1.",
        grid, isWide: true, values: scriptValues(characters)),
      .init(
        "lens-loss", title: "Layer by layer",
        caption:
          "The loss on that sample if the model ended after so many layers: their states through the last layer norm and "
          + "the classifier (the logit lens).", lossChart),
    ]
  }

  private var grid: ImageGrid {
    let images = (0..<layers).flatMap { layer in
      (0..<heads).map { head in
        let rows = attention[layer][head].map { row in
          row.map(Double.init) + [Double](repeating: 0, count: tokens.count - row.count)
        }
        return ImageGrid.Image(rows, caption: "layer \(layer), head \(head)")
      }
    }
    return ImageGrid(
      summary: "Attention of \(layers) layers with \(heads) heads each", images: images, columns: heads,
      domain: 0...1, pixelSize: min(24, max(2, (200 / Double(tokens.count)).rounded())))
  }

  private var lossChart: LineChart {
    LineChart(
      summary: "Loss of the sample after each layer", x: Axis("layers", including: 0),
      y: Axis("loss, nats a character", including: 0),
      series: [
        .init(
          "loss", losses.enumerated().map { ChartPoint(Double($0), $1) }, hasMarkers: true)
      ], size: ChartSize(width: 520, height: 320))
  }

  /// What the model would say after its first characters, layer by layer.
  func table(_ characters: [Unicode.Scalar]) -> Gallery.Table {
    // Of deep models, not every layer.
    let every = (layers + 7) / 8
    let shown = stride(from: 0, through: layers, by: every).filter { $0 < layers } + [layers]
    let rows = tokens.indices.prefix(16).map { position in
      [NanoGPTLesson.name(characters[tokens[position]]), NanoGPTLesson.name(characters[targets[position]])]
        + shown.map { blocks in
          lens[blocks][position].likeliest.prefix(2).map { entry in
            let share = NumberText.fixed(exp(entry.logProbability) * 100, 0)
            return "\(NanoGPTLesson.name(characters[entry.token])) \(share) %"
          }.joined(separator: ", ")
        }
    }
    return Gallery.Table(
      "What it would say after so many layers",
      columns: ["after", "came"] + shown.map { $0 == 0 ? "no layer" : $0 == layers ? "all \($0)" : "\($0)" },
      rows: rows)
  }
}
