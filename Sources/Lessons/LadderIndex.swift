import GPT2BinaryFiles
import GPT2Charts
import GPT2Platform

/// The page that leads from rung to rung, and the links by which each rung's page leads on to the next and to what it
/// is about.
package struct LadderIndex: Sendable {
  /// What a rung follows, as text that a link is on.
  package struct Original: Sendable {
    package var text: String
    package var address: String

    package init(_ text: String, at address: String) {
      self.text = text
      self.address = address
    }
  }

  package struct Rung: Sendable {
    /// Of the command, of the folder that its gallery is in, and of the page that derives it.
    package var name: String
    package var summary: String
    package var original: Original
    /// Of its sources, in the folder Lessons.
    package var sources: String

    package init(name: String, summary: String, original: Original, sources: String) {
      self.name = name
      self.summary = summary
      self.original = original
      self.sources = sources
    }
  }

  /// From the ground up.
  package var rungs: [Rung]
  /// Where the galleries are, each in a folder of its rung's name.
  package var directory: String
  /// The folder of the derivations as it is reached from `directory`, its absolute path or an address; `nil` leaves
  /// those links out.
  package var derivations: String?

  package init(rungs: [Rung], directory: String, derivations: String?) {
    self.rungs = rungs
    self.directory = directory
    self.derivations = derivations
  }

  /// Writes index.html, and gives the pages of the rungs that are there their links; pages of rungs that are not are
  /// not led to. All get their names together.
  ///
  /// - Returns: The rungs whose pages it found.
  /// - Throws: `FileError` if the directory is none, if there is an index.html that it did not make, or if the system
  ///   refuses a step.
  @discardableResult
  package func write() throws(FileError) -> [Rung] {
    guard Folder.exists(directory) else {
      throw FileError(directory, FileSystem.exists(directory) ? .notDirectory : .notFound)
    }
    let index = directory + "/index.html"
    guard !FileSystem.exists(index) || Gallery.isPage(index, of: Self.generator) else {
      throw FileError(
        index,
        .mismatch(
          found: "a page that is no index of ladder's", expected: "none, or one to replace",
          advice: "move it away, or name another directory"))
    }
    let found = rungs.filter { Gallery.isPage(path(of: $0), of: Gallery.generator) }
    var writers: [FileWriter] = []
    for (place, rung) in found.enumerated() {
      let file = try MappedFile(path: path(of: rung))
      let links = navigation(
        for: rung, after: place > 0 ? found[place - 1] : nil, before: found.dropFirst(place + 1).first)
      // A page of an earlier release has no place for them, and stays as it is.
      guard let page = Self.page(String(decoding: file.bytes, as: UTF8.self), with: links) else { continue }
      writers.append(try Self.writer(page, to: path(of: rung)))
    }
    writers.append(try Self.writer(html(found), to: index))
    try FileWriter.commit(writers)
    return found
  }

  static let generator = "ladder index"

  private func path(of rung: Rung) -> String { "\(directory)/\(rung.name)/index.html" }

  private static func writer(_ text: String, to path: String) throws(FileError) -> FileWriter {
    let writer = try FileWriter(to: path, replacing: true)
    try writer.append(Array(text.utf8))
    try writer.finish()
    return writer
  }

  /// The page with other links in place of those it has; `nil` if it has no place for any.
  static func page(_ page: String, with links: Element) -> String? {
    guard let start = page.firstRange(of: Self.opening),
      let end = page[start.upperBound...].firstRange(of: "</nav>")
    else { return nil }
    return page[..<start.lowerBound] + links.markup + page[end.upperBound...]
  }

  /// What a gallery's page has in place of its links until there is an index.
  static let emptyNavigation = Element("nav", ["class": "facts rungs"])
  private static let opening = #"<nav class="facts rungs">"#

  private func navigation(for rung: Rung, after: Rung?, before: Rung?) -> Element {
    var links = [anchor("The ladder", "../index.html")]
    if let after { links.append(anchor("← \(after.name)", "../\(after.name)/index.html")) }
    if let before { links.append(anchor("\(before.name) →", "../\(before.name)/index.html")) }
    return Self.emptyNavigation.with(links + further(rung, from: "../"))
  }

  /// Links to the derivation, the sources and the original.
  ///
  /// - Parameter way: From the page to `directory`.
  private func further(_ rung: Rung, from way: String) -> [Element] {
    var links: [Element] = []
    if let derivations {
      let folder =
        derivations.contains("://") || Folder.isAbsolute(derivations) ? derivations : way + derivations
      links.append(anchor("derived by hand", "\(folder)/\(rung.name).md"))
      links.append(anchor("in Swift", "\(folder)/../\(rung.sources)/"))
    }
    return links + [anchor("after \(rung.original.text)", rung.original.address)]
  }

  private func anchor(_ text: String, _ address: String) -> Element {
    Element("a", ["href": address], text: text)
  }

  private func html(_ found: [Rung]) -> String {
    let header = Element(
      "header", [:],
      [
        Element("h1", text: "The ladder to 124M"),
        Element(
          "p", ["class": "facts"],
          text:
            "From one multiplication to GPT-2. Each rung learns something small, is derived by hand, and has the "
            + "numbers of the original that it follows."),
      ])
    let cards = rungs.enumerated().map { place, rung in
      card(rung, number: place + 1, isThere: found.contains { $0.name == rung.name })
    }
    var content = [header, Element("section", ["class": "figures"], cards)]
    if let derivations {
      let last = Element(
        "p", ["class": "facts"],
        mixed: [
          .text("Then comes "),
          .element(anchor("what training 124M from scratch takes", "\(derivations)/124M.md")), .text("."),
        ])
      content.append(Element("section", [:], [last]))
    }
    return Page(title: "The ladder to 124M", generator: Self.generator, content: content).html
  }

  private func card(_ rung: Rung, number: Int, isThere: Bool) -> Element {
    let name = "\(number). \(rung.name)"
    let title =
      isThere
      ? Element("h2", [:], [anchor(name, "\(rung.name)/index.html")]) : Element("h2", text: name)
    var parts = [title, Element("p", text: rung.summary)]
    if !isThere {
      let command = "ladder \(rung.name) --output \(directory)/\(rung.name)"
      parts.append(
        Element("p", mixed: [.text("Not here yet: "), .element(Element("code", text: command))]))
    }
    parts.append(Element("nav", ["class": "facts"]).with(further(rung, from: "")))
    return Element("div", ["class": "card"], parts)
  }
}

extension Element {
  /// The element with these in it, a space and a dot between each two.
  fileprivate func with(_ links: [Element]) -> Element {
    var copy = self
    copy.children = links.enumerated().flatMap { place, link -> [Node] in
      place == 0 ? [.element(link)] : [.text(" · "), .element(link)]
    }
    return copy
  }
}
