import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// An XML document as a tree, read by Foundation's parser: what is not well-formed is an issue.
package final class XMLTree {
  package let name: String
  package let attributes: [String: String]
  package fileprivate(set) var children: [XMLTree] = []
  /// All text in it, its descendants' included.
  package fileprivate(set) var text = ""

  fileprivate init(_ name: String, _ attributes: [String: String]) {
    self.name = name
    self.attributes = attributes
  }

  package static func parse(_ document: String, sourceLocation: SourceLocation = #_sourceLocation) throws
    -> XMLTree
  {
    let parser = XMLParser(data: Data(document.utf8))
    let builder = Builder()
    parser.delegate = builder
    let isWellFormed = parser.parse()
    #expect(
      isWellFormed, "line \(parser.lineNumber), column \(parser.columnNumber): not well-formed",
      sourceLocation: sourceLocation)
    return try #require(builder.root, sourceLocation: sourceLocation)
  }

  /// All descendants of that name, and with that word in their class if one is given.
  package func all(_ name: String, class word: String? = nil) -> [XMLTree] {
    children.flatMap { child -> [XMLTree] in
      let words = (child.attributes["class"] ?? "").split(separator: " ").map(String.init)
      let isWanted = child.name == name && (word.map(words.contains) ?? true)
      return (isWanted ? [child] : []) + child.all(name, class: word)
    }
  }

  /// An attribute as a number.
  package func number(_ attribute: String) -> Double {
    attributes[attribute].flatMap(Double.init) ?? .nan
  }

  private final class Builder: NSObject, XMLParserDelegate {
    var root: XMLTree?
    private var open: [XMLTree] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String] = [:]
    ) {
      let element = XMLTree(name, attributes)
      if let parent = open.last { parent.children.append(element) } else { root = element }
      open.append(element)
    }

    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
      open.removeLast()
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
      for element in open { element.text += text }
    }
  }
}
