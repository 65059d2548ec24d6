import GPT2Charts
import TestSupport
import Testing

@Suite struct MarkupTests {
  @Test func whatMarkupIsMadeOfIsEscaped() {
    #expect(Markup.escaped("</script>&\"'") == "&lt;/script&gt;&amp;&quot;&#39;")
    #expect(Markup.escaped("a\tb\nc") == "a\tb\nc")
    #expect(Markup.escaped("a\tb\nc", inAttribute: true) == "a&#9;b&#10;c")
    #expect(Markup.escaped("a\r\nb") == "a&#13;\nb")
    #expect(Markup.escaped("\u{0}\u{1B}\u{7F}\u{9B}\u{FFFF}") == "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")
  }

  @Test func whatIsPutInComesOutOfAParser() throws {
    let texts = [
      "</pre><script>alert(1)</script>", "]]>", "<!-- -->", "&amp;&#0;", "a\r\nb\rc\td", "\u{202E}\u{1F600}é",
      "\" onload=\"x", "'",
    ]
    for text in texts {
      let tree = try XMLTree.parse(Element("p", ["title": text], text: text).markup)
      #expect(tree.text == text)
      #expect(tree.attributes["title"] == text)
      #expect(tree.children.isEmpty)
    }
  }

  @Test func everyScalarIsWellFormed() throws {
    let scalars = (0...0x2FFFF).compactMap(Unicode.Scalar.init)
    for start in stride(from: 0, to: scalars.count, by: 4096) {
      var text = ""
      text.unicodeScalars.append(contentsOf: scalars[start..<min(start + 4096, scalars.count)])
      _ = try XMLTree.parse(Element("p", text: text).markup)
    }
  }

  @Test func emptyElementsAreClosedAsHTMLWantsThem() {
    #expect(Element("div").markup == "<div></div>")
    #expect(Element("br").markup == "<br/>")
    #expect(Element("rect", ["x": 1.5, "y": 2]).markup == #"<rect x="1.5" y="2"/>"#)
  }

  @Test func attributesAreChangedInPlaceOfAddedTwice() {
    #expect(Element("p", ["class": "a"]).with("class", "b").markup == #"<p class="b"></p>"#)
  }

  @Test(arguments: [
    (0.0, "0"), (1, "1"), (-1.375, "-1.38"), (2.5, "2.5"), (0.05, "0.05"), (-0.25, "-0.25"),
    (1e300, "1000000000"),
    (12.999, "13"),
  ])
  func coordinatesHaveNoMoreThanTwoDecimals(value: Double, text: String) {
    #expect(value.attributeText == text)
  }
}
