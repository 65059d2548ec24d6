/// A page of HTML with charts that needs nothing else: no network, no other file.
package struct Page: Sendable {
  /// What makes a page one to touch, or reads it again. It must be readable without.
  package struct Script: Sendable {
    package var source: String
    /// Why a browser may run it and no other (Content Security Policy Level 3, section 6.7.2).
    let permission: Permission

    enum Permission: Sendable {
      /// Of the source's UTF-8, in base 64.
      case sha256(String)
      /// What only this page's script has.
      case nonce(String)
    }

    /// - Parameter sha256: Of the source's UTF-8, in base 64.
    package init(_ source: String, sha256: String) {
      self.init(source, .sha256(sha256))
    }

    init(_ source: String, _ permission: Permission) {
      self.source = source
      self.permission = permission
    }

    fileprivate var policy: String {
      switch permission {
      case .sha256(let sum): "; script-src 'sha256-\(sum)'"
      case .nonce(let nonce): "; script-src 'nonce-\(nonce)'"
      }
    }

    fileprivate var element: Element {
      switch permission {
      case .sha256: Element("script", text: source)
      case .nonce(let nonce): Element("script", ["nonce": nonce], text: source)
      }
    }
  }

  package var title: String
  /// The program that made it, so that it knows its own pages again.
  package var generator: String
  package var content: [Element]
  package var script: Script?

  package init(title: String, generator: String, content: [Element], script: Script? = nil) {
    self.title = title
    self.generator = generator
    self.content = content
    self.script = script
  }

  /// What every page of a generator begins with.
  package static func beginning(generator: String) -> String {
    doctype + #"<html lang="en"><head><meta charset="utf-8"/>"#
      + Element("meta", ["name": "generator", "content": generator]).markup
  }

  private static let doctype = "<!DOCTYPE html>\n"

  /// The page, in UTF-8.
  package var html: String {
    let body = Element("body", [:], [Element("main", [:], content)] + (script.map { [$0.element] } ?? []))
    return Self.doctype + Element("html", ["lang": "en"], [head, body]).markup + "\n"
  }

  private var head: Element {
    Element(
      "head", [:],
      [
        Element("meta", ["charset": "utf-8"]),
        Element("meta", ["name": "generator", "content": generator]),
        // Whatever a text in it says, nothing is loaded and nothing is run but the page's own script.
        Element(
          "meta",
          [
            "http-equiv": "Content-Security-Policy",
            "content": "default-src 'none'; style-src 'unsafe-inline'\(script?.policy ?? "")",
          ]),
        Element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
        Element("meta", ["name": "color-scheme", "content": "light dark"]),
        Element("title", text: title),
        Element("style", text: Palette.styleSheet + "\n" + PageStyle.styleSheet),
      ])
  }

  /// A number with its name above and what it needs to be understood below.
  package static func card(_ name: String, _ value: String, unit: String = "", _ more: String) -> Element {
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
