import GPT2Charts

extension Gallery.Picture {
  /// What is left of a phone's width for a drawing, about, in pixels.
  private static let narrowWidth = 340.0

  /// How far a drawing is made smaller at most, on a phone and on a wide screen, and larger: its text, 12 pixels high in its
  /// own size, is about 10.5, 9 and 16.8 then.
  private static let scale = (narrow: 10.5 / 12, wide: 9.0 / 12, most: 1.4)

  /// The picture on the page. Where its text would be too small it is drawn a second time, for narrow screens, or keeps its
  /// size and is moved.
  var figure: Element {
    let caption = Element("figcaption", [:], [Element("h2", text: title), Element("p", text: caption)])
    var figure = Element("figure", ["id": name], [caption] + drawings)
    if isWide { figure = figure.with("class", "full") }
    return values.map { figure.with("data-values", $0) } ?? figure
  }

  private var drawings: [Element] {
    if isTwofold, chart.size.width > Self.narrowWidth, let narrow = chart.narrowed(to: Self.narrowWidth) {
      return [
        Element("div", ["class": "wide"], [chart.svg]), Element("div", ["class": "narrow"], [narrow.svg]),
      ]
    }
    guard isWide || chart.size.width * Self.scale.narrow > Self.narrowWidth else { return [chart.svg] }
    return [window]
  }

  /// Where the drawing can be moved, with the keyboard too. Labels may reach beyond it a little.
  private var window: Element {
    let width = chart.size.width
    let sizes = [
      // What fits on a wide page is all there.
      "--least:\(Int(max(min(width, 960), width * Self.scale.wide)))px",
      "--readable:\(Int(width * Self.scale.narrow))px", "--most:\(Int(width * Self.scale.most))px",
    ]
    // One that is as high as a screen would hide that it can be moved at all.
    let isTall = isWide && chart.size.width > 1200 && chart.size.height > 800
    return Element(
      "div",
      [
        "class": isTall ? "window tall" : isWide ? "window" : "window half",
        "style": sizes.joined(separator: ";"),
        "tabindex": "0", "role": "region", "aria-label": title,
      ], [Element("div", [:], [chart.svg])])
  }
}
