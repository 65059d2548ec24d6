import GPT2BinaryFiles
import GPT2Charts
import GPT2Platform

/// What a lesson shows: numbers, pictures, and texts that a model wrote; as files, and as one page.
package struct Gallery: Sendable {
  /// A number with its name and what it needs to be understood.
  package struct Fact: Sendable {
    package var name: String
    package var value: String
    package var unit: String
    package var explanation: String

    package init(_ name: String, _ value: String, unit: String = "", explanation: String) {
      self.name = name
      self.value = value
      self.unit = unit
      self.explanation = explanation
    }
  }

  package struct Picture: Sendable {
    /// Of its file, without ".svg": lower case letters, digits and hyphens.
    package var name: String
    package var title: String
    /// What to look for in it.
    package var caption: String
    package var chart: any Chart
    /// Whether it has the page's whole width.
    package var isWide: Bool
    /// For the page's script, in JSON.
    package var values: String?
    /// Whether it may be there twice, once for narrow screens: not if a script expects one drawing.
    package var isTwofold: Bool

    /// - Parameter isTwofold: If not given, whether there are no values for a script.
    package init(
      _ name: String, title: String, caption: String, _ chart: any Chart, isWide: Bool = false,
      values: String? = nil, isTwofold: Bool? = nil
    ) {
      self.name = name
      self.title = title
      self.caption = caption
      self.chart = chart
      self.isWide = isWide
      self.values = values
      self.isTwofold = isTwofold ?? (values == nil)
    }
  }

  package struct Text: Sendable {
    package var title: String
    package var text: String

    package init(_ title: String, _ text: String) {
      self.title = title
      self.text = text
    }
  }

  /// Texts in rows and columns.
  package struct Table: Sendable {
    package var title: String
    package var columns: [String]
    package var rows: [[String]]

    package init(_ title: String, columns: [String], rows: [[String]]) {
      self.title = title
      self.columns = columns
      self.rows = rows
    }
  }

  package var title: String
  /// Paragraphs.
  package var introduction: [String]
  package var facts: [Fact]
  package var pictures: [Picture]
  package var tables: [Table]
  package var texts: [Text]
  package var script: Page.Script?

  package init(
    title: String, introduction: [String], facts: [Fact] = [], pictures: [Picture] = [],
    tables: [Table] = [], texts: [Text] = [], script: Page.Script? = nil
  ) {
    self.title = title
    self.introduction = introduction
    self.facts = facts
    self.pictures = pictures
    self.tables = tables
    self.texts = texts
    self.script = script
  }

  /// The page, with all pictures in it.
  package var html: String {
    let header = Element(
      "header", [:],
      [Element("p", ["class": "eyebrow"], text: "The ladder to 124M"), Element("h1", text: title)]
        + introduction.map { Element("p", ["class": "facts"], text: $0) })
    var content = [LadderIndex.emptyNavigation, header]
    if !facts.isEmpty {
      let cards = facts.map { Page.card($0.name, $0.value, unit: $0.unit, $0.explanation) }
      content.append(Element("section", ["class": "headline"], cards))
    }
    content.append(Element("section", ["class": "figures"], pictures.map(\.figure)))
    content += tables.map(section)
    for text in texts {
      content.append(
        Element("section", [:], [Element("h2", text: text.title), Element("pre", text: text.text)]))
    }
    return Page(title: title, generator: Self.generator, content: content, script: script).html
  }

  static let generator = "ladder"

  private func section(_ table: Table) -> Element {
    func row(_ name: String, _ cells: [String]) -> Element {
      Element("tr", [:], cells.map { Element(name, text: $0) })
    }
    let head = Element("thead", [:], [row("th", table.columns)])
    let body = Element("tbody", [:], table.rows.map { row("td", $0) })
    return Element(
      "section", [:],
      [
        Element("h2", text: table.title),
        // With the keyboard too it can be moved where it is wider than the screen.
        Element(
          "div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": table.title],
          [Element("table", ["style": "min-width:46rem"], [head, body])]),
      ])
  }

  /// Writes `index.html`, and each picture as NAME.svg beside it. A gallery that is there is replaced; a directory that
  /// holds anything else is left alone.
  ///
  /// - Throws: `FileError` if the directory may not be used, or the system refuses a step.
  package func write(to directory: String) throws(FileError) {
    try Self.check(directory)
    // All get their names together, so that no signal leaves half a gallery.
    var writers: [FileWriter] = []
    func add(_ text: String, _ name: String) throws(FileError) {
      let writer = try FileWriter(to: directory + "/" + name, replacing: true)
      try writer.append(Array(text.utf8))
      try writer.finish()
      writers.append(writer)
    }
    for picture in pictures {
      try add(picture.chart.svg.standaloneSVG(picture.chart.size), picture.name + ".svg")
    }
    try add(html, "index.html")
    try FileWriter.commit(writers)
  }

  /// Says whether a gallery could be written there, and changes nothing.
  ///
  /// - Throws: `FileError` if it is no directory, or one with other things in it.
  package static func check(_ directory: String) throws(FileError) {
    guard FileSystem.exists(directory) else { return }
    guard Folder.exists(directory) else { throw FileError(directory, .notDirectory) }
    guard FileSystem.allows(W_OK | X_OK, directory), let names = try? Folder.names(in: directory) else {
      throw FileError(directory, .permissionDenied)
    }
    guard names.isEmpty || isPage(directory + "/index.html", of: generator) else {
      throw FileError(
        directory,
        .mismatch(
          found: "a directory with other files in it",
          expected: "a new or empty one, or a gallery of ladder's", advice: "name another directory"))
    }
  }

  /// Whether a file is a page that a generator made.
  static func isPage(_ path: String, of generator: String) -> Bool {
    guard let file = try? MappedFile(path: path) else { return false }
    return file.bytes.starts(with: Page.beginning(generator: generator).utf8)
  }
}
