import GPT2Charts

extension MNISTLesson {
  private static let shownUnits = 16

  /// The pictures and numbers of the lesson.
  package var gallery: Gallery {
    Gallery(
      title: "Reading digits",
      introduction: [
        """
        A multilayer perceptron with one hidden layer of \(course.settings.hidden) units learns to read handwritten digits, on \
        the same kernels that GPT-2's own perceptrons run on. Then it is asked what each unit is for.
        """
      ],
      facts: facts, pictures: pictures,
      texts: [
        Gallery.Text(
          "What single units hold",
          ablation.effects.prefix(8).map { Self.words($0, ablation) }.joined(separator: "\n"))
      ], script: Self.script)
  }

  private var facts: [Gallery.Fact] {
    course.facts(
      parameters: network.shape.parameters,
      of: "\(network.shape.inputs) pixels, \(course.settings.hidden) hidden units, 10 digits")
  }

  private var pictures: [Gallery.Picture] {
    [
      course.samplesPicture(values: scriptValues), course.lossPicture, course.errorPicture,
      course.confusionPicture, course.mistakesPicture,
      .init(
        "units", title: "What is lost without a unit",
        caption: """
          How many percent fewer of each digit's images are read rightly with one hidden unit switched off, for the \
          units that matter most. Blue is a unit that does harm there.
          """, unitsChart),
      .init(
        "weights", title: "What those units look for",
        caption: """
          The weights from each pixel to the unit: ink on vermilion raises it, ink on blue lowers it. Below each the \
          digit that needs it most.
          """, weightsChart),
    ]
  }

  var unitsChart: HeatMap {
    let effects = ablation.effects.prefix(Self.shownUnits)
    let values = effects.map { $0.drops.map { $0 * 100 } }
    let most = max(values.joined().map(abs).max() ?? 0, 0.1)
    return HeatMap(
      summary: "How many percent fewer images of each digit are read rightly without each unit",
      values: values, rowLabels: effects.map { "\($0.unit)" },
      columnLabels: (0..<DigitImages.classes).map(String.init), rowTitle: "unit", columnTitle: "digit",
      valueTitle: "percentage points", domain: -most...most, ramp: .diverging, decimals: 1, cellSize: 38)
  }

  var weightsChart: ImageGrid {
    let images = ablation.effects.prefix(Self.shownUnits).map { effect in
      ImageGrid.Image(
        course.test.rows(of: network.parameters.inputWeights(of: effect.unit).map(Double.init)),
        caption: "\(effect.unit): \(effect.neediest)", detail: Self.words(effect, ablation))
    }
    // The largest weights are few; beyond the ramp's ends they keep its last colour.
    let sizes = images.flatMap { $0.values.joined() }.map(abs).sorted()
    let limit = sizes.isEmpty ? 1 : max(sizes[sizes.count * 99 / 100], 1e-6)
    return ImageGrid(
      summary: "The weights of hidden units, as images", images: Array(images), columns: 4,
      domain: -limit...limit, ramp: .diverging, pixelSize: 4)
  }
}
