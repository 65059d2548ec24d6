import GPT2Charts
import GPT2Kernels
import GPT2Transformer

extension ConvNetLesson {
  /// Misread digits whose neighbours are shown.
  private static let shownMisread = 8
  private static let neighbours = 6

  /// The pictures and numbers of the lesson.
  ///
  /// - Throws: `AllocationError` if the memory is not to be had.
  package func gallery() throws(AllocationError) -> Gallery {
    let shape = network.shape
    let codes = (training: try HiddenCodes(of: training, by: network), test: try testCodes())
    return Gallery(
      title: "Reading digits with kernels",
      introduction: [
        """
        Two layers of kernels of \(shape.first.kernel) × \(shape.first.kernel) pixels slide over the image; what they find \
        is read by a hidden layer of \(shape.hidden) units. Each kernel is learnt once and used at every place, so the \
        network need not learn anew what a stroke is wherever there may be one.
        """
      ],
      facts: facts, pictures: try pictures(codes.training, codes.test), script: Self.script)
  }

  private var facts: [Gallery.Fact] {
    let (first, second) = (network.shape.first, network.shape.second)
    return course.facts(
      parameters: network.shape.parameters,
      of: "\(first.maps) and \(second.maps) kernels, \(network.shape.hidden) hidden units, 10 digits")
  }

  private func pictures(
    _ training: HiddenCodes, _ test: HiddenCodes
  ) throws(AllocationError) -> [Gallery.Picture] {
    let sample = course.test.samples.first ?? 0
    let maps = try ConvNetActivations(of: sample, in: course.test, by: network)
    let digit = DigitText.named(Int(course.test.labels[sample]))
    let shape = network.shape
    return [
      course.samplesPicture(values: scriptValues(training)),
      .init(
        "kernels", title: "What the first layer looks for",
        caption: """
          Its \(shape.first.maps) kernels: ink on vermilion raises a kernel's value, ink on blue lowers it. Nobody drew \
          them; they are what training made of random numbers.
          """, kernelsChart),
      .init(
        "maps-1", title: "Where it finds it",
        caption: "What each of these kernels finds in \(digit), place by place: the darker, the more.",
        mapsChart(
          maps.first, shape.first, "Activation maps of the first layer", pixelSize: 2)),
      .init(
        "maps-2", title: "What the second layer makes of it",
        caption: """
          The maps of its \(shape.second.maps) kernels, each of which reads all \(shape.first.maps) maps of the first layer, \
          halved by pooling.
          """,
        mapsChart(
          maps.second, shape.second, "Activation maps of the second layer", pixelSize: 5)),
      course.confusionPicture,
      .init(
        "neighbours", title: "What is alike to the last hidden layer",
        caption: """
          Left a test image of each digit; beside it the training images whose \(shape.hidden) hidden units give nearly the \
          same, the nearest first. Pixel by pixel they need not be alike.
          """, neighboursChart(of: course.test.samples, test, among: training)),
      .init(
        "misread", title: "Neighbours of digits read wrongly",
        caption: "Those that the network was surest of, in the same way: what it took them for can be seen.",
        neighboursChart(
          of: Array(course.readings.mistakes.prefix(Self.shownMisread)), test, among: training)),
      course.lossPicture, course.errorPicture, course.mistakesPicture,
    ]
  }

  private func testCodes() throws(AllocationError) -> HiddenCodes {
    try HiddenCodes(of: course.test, by: network)
  }

  private var kernelsChart: ImageGrid {
    let side = network.shape.first.kernel
    let images = (0..<network.shape.first.maps).map { map in
      let weights = network.parameters.weight1[map].map(Double.init)
      let rows = stride(from: 0, to: weights.count, by: side).map { Array(weights[$0..<$0 + side]) }
      return ImageGrid.Image(rows, caption: "\(map + 1)", detail: "kernel \(map + 1) of the first layer")
    }
    let limit = max(images.flatMap { $0.values.joined() }.map(abs).max() ?? 1, 1e-6)
    return ImageGrid(
      summary: "The kernels of the first layer", images: images, columns: 6, domain: -limit...limit,
      ramp: .diverging, pixelSize: 9)
  }

  private func mapsChart(
    _ maps: [[Float]], _ shape: ConvolutionShape, _ summary: String, pixelSize: Double
  ) -> ImageGrid {
    let images = maps.enumerated().map { index, map in
      let rows = stride(from: 0, to: map.count, by: shape.mapColumns).map {
        map[$0..<$0 + shape.mapColumns].map(Double.init)
      }
      return ImageGrid.Image(rows, caption: "\(index + 1)", detail: "map of kernel \(index + 1)")
    }
    return ImageGrid(
      summary: summary, images: images, columns: 6, domain: 0...Double(max(maps.joined().max() ?? 1, 1e-6)),
      ramp: Self.mapInk, pixelSize: pixelSize)
  }

  /// A grey that is seen on white and on black, to dark blue; the page's script has the same colours.
  private static let mapInk = ColorRamp([0xE6_EBEF, 0x00_72B2, 0x00_1A2E])

  private func neighboursChart(
    of queries: [Int], _ test: HiddenCodes, among training: HiddenCodes
  ) -> ImageGrid {
    let images = queries.flatMap { query in
      let asked = ImageGrid.Image(
        course.test.shown(query), caption: "\(course.test.labels[query])",
        detail: "test image \(query): a \(course.test.labels[query])")
      let near = training.nearest(to: test[query], Self.neighbours).map { index in
        ImageGrid.Image(
          self.training.shown(index), caption: "\(self.training.labels[index])",
          detail: "training image \(index): a \(self.training.labels[index])")
      }
      // An empty place parts the question from the answers; rows are filled where there are fewer.
      let empty = ImageGrid.Image([], caption: "")
      return [asked, empty] + near + Array(repeating: empty, count: Self.neighbours - near.count)
    }
    return ImageGrid(
      summary: "Test images, and the training images nearest to each in the last hidden layer",
      images: images,
      columns: Self.neighbours + 2, domain: 0...255, ramp: DigitChart.ink, pixelSize: 1.3)
  }
}
