/// What all drawings have in common.
enum Figure {
  static func svg(_ size: ChartSize, summary: String, _ parts: [Element]) -> Element {
    Element(
      "svg",
      [
        "class": "chart", "role": "img", "aria-label": summary,
        "viewBox": "0 0 \(NumberText.coordinate(size.width)) \(NumberText.coordinate(size.height))",
      ], parts)
  }
}

extension Element {
  /// An `svg` of this module as a file of its own, with its style sheet and a background. In a page it needs neither,
  /// nor the name of its namespace.
  package func standaloneSVG(_ size: ChartSize) -> String {
    var copy = with("xmlns", "http://www.w3.org/2000/svg")
      .with("width", size.width).with("height", size.height)
    let colors = """
      :root{color:#1c1f23}
      @media (prefers-color-scheme:dark){:root{color:#e4e7ea}}
      """
    let background = Element(
      "rect", ["width": size.width, "height": size.height, "style": "fill:var(--surface,#ffffff)"])
    let style = Element("style", text: Palette.styleSheet + "\n" + colors)
    copy.children.insert(contentsOf: [.element(style), .element(background)], at: 0)
    return copy.markup + "\n"
  }
}
