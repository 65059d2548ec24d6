import GPT2BinaryFiles
import GPT2Charts
import Foundation
import GPT2Lessons
import TestSupport
import Testing

@Suite struct GalleryTests {
  private let gallery = Gallery(
    title: "A <lesson>", introduction: ["What it is about."],
    facts: [.init("Loss", "1.5", unit: "nats", explanation: "of the last step")],
    pictures: [
      .init(
        "heat", title: "Counts", caption: "Of pairs.", HeatMap(summary: "counts", values: [[1, 2], [3, 4]]))
    ],
    texts: [.init("Samples", "anna & bob")])

  @Test func writesAPageAndEachPicture() throws {
    let directory = try TemporaryDirectory()
    let target = directory.file("a/b")
    try Gallery.check(target)
    #expect(!FileManager.default.fileExists(atPath: target), "a check changes nothing")
    try gallery.write(to: target)
    let page = try String(contentsOfFile: target + "/index.html", encoding: .utf8)
    #expect(page.contains("<h1>A &lt;lesson&gt;</h1>"))
    #expect(page.contains("<pre>anna &amp; bob</pre>"))
    #expect(page.contains(#"<p class="value">1.5<span class="unit">nats</span></p>"#))
    #expect(page.contains("Of pairs."))
    let picture = try String(contentsOfFile: target + "/heat.svg", encoding: .utf8)
    #expect(picture.hasPrefix("<svg "))
    #expect(picture.contains(#"xmlns="http://www.w3.org/2000/svg""#))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: target).sorted() == ["heat.svg", "index.html"])
  }

  @Test func aScriptHasItsValuesAndRunsByItsHash() throws {
    var gallery = gallery
    #expect(!gallery.html.contains("script"), "none may run where there is none")
    let source = "//<![CDATA[\n1 < 2 && 3;\n//]]>\n"
    gallery.script = Page.Script(source, sha256: "abc+/=")
    gallery.pictures[0].values = #"{"a":"<&'>"}"#
    gallery.pictures[0].isWide = true
    gallery.tables = [.init("Numbers", columns: ["one", "two"], rows: [["1", "<2>"], ["3", "4"]])]
    #expect(
      gallery.html.contains(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-abc+/='".replacing(
          "'", with: "&#39;")))
    #expect(gallery.html.contains("<script>\(source)</script>"))
    let page = try XMLTree.parse(gallery.html.replacing("<!DOCTYPE html>\n", with: ""))
    let figure = try #require(page.all("figure").first)
    #expect(figure.attributes["id"] == "heat")
    #expect(figure.attributes["data-values"] == #"{"a":"<&'>"}"#)
    #expect(page.all("th").map(\.text) == ["one", "two"])
    #expect(page.all("td").map(\.text) == ["1", "<2>", "3", "4"])
  }

  /// Text of 12 in a drawing of its own size: never below 10.5 pixels on a phone, whose drawings are 340 wide.
  @Test func drawingsCanBeReadOnAPhone() throws {
    let line = { (width: Double) in
      LineChart(
        summary: "l", x: Axis("x"), y: Axis("y"), series: [.init("s", [ChartPoint(0, 0), ChartPoint(1, 1)])],
        size: ChartSize(width: width, height: 300))
    }
    let map = { (columns: Int) in
      HeatMap(summary: "m", values: [[Double](repeating: 0, count: columns)], cellSize: 20)
    }
    var gallery = gallery
    gallery.pictures = [
      .init("twice", title: "", caption: "", line(520)),
      .init("wide", title: "", caption: "", line(860), isWide: true),
      .init("small", title: "", caption: "", line(330)),
      .init("once", title: "", caption: "", line(520), values: "1"),
      .init("scripted", title: "", caption: "", line(520), values: "1", isTwofold: true),
      .init("map", title: "", caption: "", map(30)),
      .init("widemap", title: "", caption: "", map(80), isWide: true),
    ]
    let page = try XMLTree.parse(gallery.html.replacing("<!DOCTYPE html>\n", with: ""))
    let drawings = page.all("figure").map { figure in
      figure.children.filter { $0.name != "figcaption" }.map {
        ($0.attributes["class"] ?? "") + ($0.attributes["style"].map { " " + $0 } ?? "")
      }
    }
    #expect(
      drawings == [
        ["wide", "narrow"], ["wide", "narrow"], ["chart"],
        ["window half --least:520px;--readable:455px;--most:728px"],
        ["wide", "narrow"],
        ["window half --least:616px;--readable:539px;--most:862px"],
        ["window --least:1212px;--readable:1414px;--most:2262px"],
      ])
    #expect(
      page.all("figure").map { $0.attributes["class"] == "full" } == [
        false, true, false, false, false, false, true,
      ])
  }

  @Test func replacesOnlyWhatLadderMade() throws {
    let directory = try TemporaryDirectory()
    let target = directory.file("lesson")
    try gallery.write(to: target)
    var other = gallery
    other.title = "Another"
    try Gallery.check(target)
    try other.write(to: target)
    #expect(try String(contentsOfFile: target + "/index.html", encoding: .utf8).contains("<h1>Another</h1>"))

    try "mine".write(toFile: target + "/index.html", atomically: true, encoding: .utf8)
    #expect(throws: FileError.self) { try gallery.write(to: target) }
    #expect(try String(contentsOfFile: target + "/index.html", encoding: .utf8) == "mine")
    #expect(throws: FileError.self) { try Gallery.check(target) }
    #expect(throws: FileError(target + "/index.html", .notDirectory)) {
      try gallery.write(to: target + "/index.html")
    }
  }
}
