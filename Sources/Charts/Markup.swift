/// A value that an attribute can have.
package protocol AttributeValue {
  /// As it is written, before escaping.
  var attributeText: String { get }
}

extension String: AttributeValue {
  package var attributeText: String { self }
}

extension Int: AttributeValue {
  package var attributeText: String { String(self) }
}

extension Double: AttributeValue {
  /// With at most two decimals: a hundredth of a pixel.
  package var attributeText: String { NumberText.coordinate(self) }
}

/// An element of SVG or HTML, with everything in it. What is put in as text is escaped when it is written.
package struct Element: Sendable {
  package enum Node: Sendable {
    case element(Element)
    case text(String)
  }

  package let name: String
  package private(set) var attributes: [(name: String, value: String)]
  package var children: [Node]

  package init(
    _ name: String, _ attributes: KeyValuePairs<String, any AttributeValue> = [:],
    _ children: [Element] = []
  ) {
    self.name = name
    self.attributes = attributes.map { ($0, $1.attributeText) }
    self.children = children.map(Node.element)
  }

  package init(
    _ name: String, _ attributes: KeyValuePairs<String, any AttributeValue> = [:], text: String
  ) {
    self.init(name, attributes)
    children = [.text(text)]
  }

  package init(
    _ name: String, _ attributes: KeyValuePairs<String, any AttributeValue> = [:], mixed: [Node]
  ) {
    self.init(name, attributes)
    children = mixed
  }

  /// Adds an attribute, or changes it.
  package func with(_ name: String, _ value: any AttributeValue) -> Element {
    var copy = self
    copy.attributes.removeAll { $0.name == name }
    copy.attributes.append((name, value.attributeText))
    return copy
  }

  /// The element as text: well-formed XML, which HTML reads the same way.
  package var markup: String {
    var output = ""
    write(to: &output)
    return output
  }

  package func write(to output: inout String) {
    output += "<" + name
    for attribute in attributes {
      output += " \(attribute.name)=\"\(Markup.escaped(attribute.value, inAttribute: true))\""
    }
    if children.isEmpty && Markup.emptyElements.contains(name) {
      output += "/>"
      return
    }
    output += ">"
    for child in children {
      switch child {
      case .element(let element): element.write(to: &output)
      // HTML reads a style sheet as it stands, XML would unescape it: so nothing in one needs escaping.
      case .text(let text) where name == "style":
        precondition(!text.contains { "<&".contains($0) }, "a style sheet that needs escaping")
        output += text
      // Nor is anything in a script unescaped by HTML; for XML it has to put itself into a CDATA section.
      case .text(let text) where name == "script":
        precondition(!text.contains("</script"), "a script that ends itself")
        output += text
      case .text(let text): output += Markup.escaped(text)
      }
    }
    output += "</\(name)>"
  }
}

/// What SVG and HTML have in common as text.
package enum Markup {
  /// Elements that nothing can be in. HTML takes "<div/>" for the beginning of a div, so others are closed.
  static let emptyElements: Set<String> = [
    "br", "circle", "hr", "line", "meta", "path", "polygon", "rect",
  ]

  /// Text as XML and HTML may hold it, between quotes too. Control characters, which they may not, become U+FFFD.
  ///
  /// - Parameter inAttribute: Keeps line ends and tabs, which XML would otherwise turn into spaces there.
  package static func escaped(_ text: String, inAttribute: Bool = false) -> String {
    var output = ""
    output.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": output += "&amp;"
      case "<": output += "&lt;"
      case ">": output += "&gt;"
      case "\"": output += "&quot;"
      case "'": output += "&#39;"
      case "\t", "\n", "\r":
        // A carriage return is a line end to every reader unless it is spelt out.
        if inAttribute || scalar == "\r" {
          output += "&#\(scalar.value);"
        } else {
          output.unicodeScalars.append(scalar)
        }
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": output += "\u{FFFD}"
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output
  }
}
