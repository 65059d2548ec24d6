import GPT2Charts

extension SymmetryLesson {
  /// The learnt network as the paper draws it, how it got there, and how long others took.
  package var gallery: Gallery {
    let median = results.quantile(0.5)
    let ratios = results.weights.ratios.map { NumberText.fixed($0, 1) }.joined(separator: " : ")
    return Gallery(
      title: "Seeing symmetry",
      introduction: [
        "Do six bits read the same from both ends? No single bit says anything about that, so no weighted sum of them "
          + "can tell. Two hidden units find a code by themselves that can.",
        "After Rumelhart, Hinton and Williams, \u{201C}Learning representations by back-propagating errors\u{201D}, "
          + "Nature 1986.",
      ],
      facts: [
        .init(
          "Sweeps", NumberText.grouped(median),
          explanation: "the median of \(results.sweeps.count) runs that learnt; the paper's took 1,425"),
        .init(
          "Learnt", "\(results.sweeps.count) of \(results.runs.count)",
          explanation: "within \(NumberText.grouped(results.limit)) sweeps"),
        .init(
          "Ratios", ratios, explanation: "of the first unit's pairs of weights; the paper's are 1 : 2 : 4"),
        .init(
          "Opposite about the middle", NumberText.brief(results.weights.asymmetry * 100, 2), unit: "%",
          explanation: "the largest sum of two weights that should cancel, of the largest weight"),
      ],
      pictures: [
        .init(
          "network", title: "What it learnt",
          caption:
            "Weights on the arcs, biases in the nodes. A symmetrical vector gives both hidden units 0 and "
            + "leaves them off; any other turns one of them on, and that one the output off.",
          SymmetryDrawing(network: network)),
        .init(
          "sums", title: "Eight halves, eight sums",
          caption:
            "What the first three bits give the first hidden unit. As all sums differ, only the mirrored half "
            + "on the other side makes up for one.", sums),
        .init(
          "sizes", title: "How the ratios come about",
          caption:
            "The sizes of the first unit's three pairs of weights, from the outermost inwards. For long, "
            + "nothing happens.", sizes),
        .init(
          "sweeps", title: "How long it takes",
          caption: "Starts that differ only in the seed. The paper's 1,425 is one such draw.", histogram),
      ])
  }

  private static let size = ChartSize(width: 520, height: 300)

  private var sums: BarChart {
    let weights = network.weights(of: 0)
    let halves = (0..<8).map { number in (0..<3).map { Double(number >> (2 - $0) & 1) } }
    return BarChart(
      summary: "The sum of each left half", title: "the first three bits",
      categories: halves.map { $0.map { "\(Int($0))" }.joined() }, y: Axis("sum"),
      series: [
        .init("sum", halves.map { half in zip(half, weights).reduce(0) { $0 + $1.0 * $1.1 } }, color: 0)
      ], size: ChartSize(width: 520, height: 440))
  }

  private var sizes: LineChart {
    LineChart(
      summary: "The sizes of three pairs of weights over the sweeps", x: Axis("sweep"),
      y: Axis("size of weight", including: 0),
      series: ["outer pair", "middle pair", "inner pair"].enumerated().map { index, name in
        .init(name, results.moments.map { ChartPoint(Double($0.sweep), $0.sizes[index]) }, color: index)
      }, size: Self.size)
  }

  private var histogram: BarChart {
    let width = max(1, (results.limit + 9) / 10)
    var counts = [Double](repeating: 0, count: (results.limit + width - 1) / width)
    for sweeps in results.sweeps { counts[min(counts.count - 1, sweeps / width)] += 1 }
    let names = counts.indices.map { NumberText.compact(Double(($0 + 1) * width), unitsFrom: 1_000) }
    return BarChart(
      summary: "How many starts needed how many sweeps", title: "sweeps up to", categories: names,
      y: Axis("starts"), series: [.init("starts", counts, color: 0)], size: Self.size)
  }
}
