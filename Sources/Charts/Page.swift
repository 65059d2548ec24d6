/// A page of HTML with charts that needs nothing else: no network, no other file, and no script unless it reloads itself.
public struct Page: Sendable {
  public var title: String
  /// The program that made it, so that it knows its own pages again.
  public var generator: String
  public var content: [Element]
  /// How often a browser reads the page again, if it is written again; `nil` for never.
  public var reload: PageReload?

  public init(title: String, generator: String, content: [Element], reload: PageReload? = nil) {
    self.title = title
    self.generator = generator
    self.content = content
    self.reload = reload
  }

  /// What every page of a generator begins with.
  public static func beginning(generator: String) -> String {
    doctype + #"<html lang="en"><head><meta charset="utf-8"/>"#
      + Element("meta", ["name": "generator", "content": generator]).markup
  }

  private static let doctype = "<!DOCTYPE html>\n"

  /// The page, in UTF-8.
  public var html: String {
    let body = Element(
      "body", [:], [Element("main", [:], content)] + (reload.map { [$0.element] } ?? []))
    return Self.doctype + Element("html", ["lang": "en"], [head, body]).markup + "\n"
  }

  private var head: Element {
    Element(
      "head", [:],
      [
        Element("meta", ["charset": "utf-8"]),
        Element("meta", ["name": "generator", "content": generator]),
        // Whatever a text in it says, nothing is loaded and nothing is run.
        Element(
          "meta",
          [
            "http-equiv": "Content-Security-Policy",
            "content": "default-src 'none'; style-src 'unsafe-inline'\(reload.map(\.permission) ?? "")",
          ]),
        Element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
        Element("meta", ["name": "color-scheme", "content": "light dark"]),
        Element("title", text: title),
        Element("style", text: Palette.styleSheet + "\n" + PageStyle.styleSheet),
      ])
  }

  /// A number with its name above and what it needs to be understood below.
  public static func card(_ name: String, _ value: String, unit: String = "", _ more: String) -> Element {
    Element(
      "div", ["class": "card"],
      [
        Element("p", ["class": "name"], text: name),
        Element(
          "p", ["class": "value"],
          mixed: [.text(value), .element(Element("span", ["class": "unit"], text: unit))]),
        Element("p", ["class": "more"], text: more),
      ])
  }
}
