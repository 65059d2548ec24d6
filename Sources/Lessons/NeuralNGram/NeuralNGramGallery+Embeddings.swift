import GPT2Charts

// How training moves the letters, and which of them alike.
extension NeuralNGramResults {
  private struct MapValues: Encodable {
    var letters: String
    var steps: [Int]
    /// Of each letter at each step, to the precision of a drawing.
    var places: [[[Float]]]
    var x: [Double]
    var y: [Double]
    /// Which letters are in which group.
    var groups: [Int]
  }

  private static let groupNames = ["consonant", "vowel", "end of a name"]

  /// 0 for consonants, 1 for vowels, 2 for the end of a name.
  private func group(_ token: Int) -> Int {
    let letter = vocabulary.shown([token])
    return letter == "." ? 2 : "aeiou".contains(letter) ? 1 : 0
  }

  /// The start, the middle and the end, of which the script makes one that moves; and how alike the letters are.
  var embeddingPictures: [Gallery.Picture] {
    guard let map = EmbeddingMap(embeddings), let end = map.steps.indices.last else { return [] }
    let shown = [0, end / 2, end].reduce(into: [Int]()) { if $0.last != $1 { $0.append($1) } }
    let stills = shown.map { index in
      let step = NumberText.grouped(map.steps[index])
      return Gallery.Picture(
        "letters-\(map.steps[index])", title: "Letters as vectors: after \(step) steps",
        caption: index == end ? caption(of: map) : "The same plane, and the same axes, as at the end.",
        chart(of: map, at: index), values: index == end ? values(of: map) : nil, isTwofold: true)
    }
    return stills + [likeness]
  }

  private func caption(of map: EmbeddingMap) -> String {
    let dimensions = shape.embeddingSize
    return dimensions == 1
      ? "The one number that each letter has."
      : "Each letter is \(dimensions) numbers, at random before training. This is the plane in which training has moved the "
        + "letters most: the first two principal components of their ways, with \(NumberText.fixed(map.share * 100, 0)) % of "
        + "the ways' variance. It is chosen by the end, so that some of its order is there from the start."
  }

  private func chart(of map: EmbeddingMap, at index: Int) -> ScatterPlot {
    let groups = Self.groupNames.indices.compactMap { group -> ScatterPlot.Group? in
      let members = map.places[index].indices.filter { self.group($0) == group }
      guard !members.isEmpty else { return nil }
      return ScatterPlot.Group(
        Self.groupNames[group],
        members.map { ChartPoint(map.places[index][$0][0], map.places[index][$0][1]) },
        names: members.map { vocabulary.shown([$0]) }, isWritten: true, style: group)
    }
    let (x, y) = map.range
    return ScatterPlot(
      summary: "The letters in the plane in which training has moved them most, after "
        + "\(map.steps[index]) steps",
      x: Axis("first component"), y: Axis("second component"), groups: groups,
      // Nothing is drawn there: it gives all steps the same axes.
      regions: .init(x: x, y: y, styles: [[nil]]), size: ChartSize(width: 520, height: 440))
  }

  private func values(of map: EmbeddingMap) -> String {
    let (x, y) = map.range
    return Gallery.json(
      MapValues(
        letters: vocabulary.shown(Array(0..<vocabulary.count)), steps: map.steps,
        places: map.places.map { $0.map { $0.map { Float(($0 * 1000).rounded() / 1000) } } },
        x: [x.lowerBound, x.upperBound], y: [y.lowerBound, y.upperBound],
        groups: (0..<vocabulary.count).map(group)))
  }

  /// Cosines between the letters' ways from the start to the end.
  private var likeness: Gallery.Picture {
    let ways = embeddings.changes ?? []
    let units = ways.map { way in
      let length = way.reduce(0.0) { $0 + $1 * $1 }.squareRoot()
      return way.map { $0 / max(length, 1e-30) }
    }
    let letters = ways.indices.map { vocabulary.shown([$0]) }
    let map = HeatMap(
      summary: "Cosines between the changes of the letters' embeddings",
      values: units.map { a in units.map { b in zip(a, b).reduce(0.0) { $0 + $1.0 * $1.1 } } },
      rowLabels: letters, columnLabels: letters, valueTitle: "cosine", domain: -1...1, ramp: .diverging,
      cellSize: 14)
    return Gallery.Picture(
      "likeness", title: "Letters that training moved alike",
      caption:
        "Cosines between how far each letter has come, by all its numbers: 1 is the same direction, 0 a right "
        + "angle. Letters that are used alike are moved alike.", map)
  }
}
