import BinaryFiles
import Charts
import Platform

/// What a lesson shows: numbers, pictures, and texts that a model wrote; as files, and as one page.
public struct Gallery: Sendable {
  /// A number with its name and what it needs to be understood.
  public struct Fact: Sendable {
    public var name: String
    public var value: String
    public var unit: String
    public var explanation: String

    public init(_ name: String, _ value: String, unit: String = "", explanation: String) {
      self.name = name
      self.value = value
      self.unit = unit
      self.explanation = explanation
    }
  }

  public struct Picture: Sendable {
    /// Of its file, without ".svg": lower case letters, digits and hyphens.
    public var name: String
    public var title: String
    /// What to look for in it.
    public var caption: String
    public var chart: any Chart
    /// Whether it has the page's whole width.
    public var isWide: Bool

    public init(_ name: String, title: String, caption: String, _ chart: any Chart, isWide: Bool = false) {
      self.name = name
      self.title = title
      self.caption = caption
      self.chart = chart
      self.isWide = isWide
    }
  }

  public struct Text: Sendable {
    public var title: String
    public var text: String

    public init(_ title: String, _ text: String) {
      self.title = title
      self.text = text
    }
  }

  public var title: String
  /// Paragraphs.
  public var introduction: [String]
  public var facts: [Fact]
  public var pictures: [Picture]
  public var texts: [Text]

  public init(
    title: String, introduction: [String], facts: [Fact] = [], pictures: [Picture] = [], texts: [Text] = []
  ) {
    self.title = title
    self.introduction = introduction
    self.facts = facts
    self.pictures = pictures
    self.texts = texts
  }

  /// The page, with all pictures in it.
  public var html: String {
    let header = Element(
      "header", [:],
      [Element("p", ["class": "eyebrow"], text: "The ladder to 124M"), Element("h1", text: title)]
        + introduction.map { Element("p", ["class": "facts"], text: $0) })
    var content = [header]
    if !facts.isEmpty {
      let cards = facts.map { Page.card($0.name, $0.value, unit: $0.unit, $0.explanation) }
      content.append(Element("section", ["class": "headline"], cards))
    }
    content.append(Element("section", ["class": "figures"], pictures.map(figure)))
    for text in texts {
      content.append(
        Element("section", [:], [Element("h2", text: text.title), Element("pre", text: text.text)]))
    }
    return Page(title: title, generator: Self.generator, content: content).html
  }

  static let generator = "ladder"

  private func figure(_ picture: Picture) -> Element {
    let caption = Element(
      "figcaption", [:],
      [Element("h2", text: picture.title), Element("p", text: picture.caption)])
    return Element("figure", ["class": picture.isWide ? "full" : ""], [caption, picture.chart.svg])
  }

  /// Writes `index.html`, and each picture as NAME.svg beside it. A gallery that is there is replaced; a directory that
  /// holds anything else is left alone.
  ///
  /// - Throws: `FileError` if the directory may not be used, or the system refuses a step.
  public func write(to directory: String) throws(FileError) {
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
  public static func check(_ directory: String) throws(FileError) {
    guard FileSystem.exists(directory) else { return }
    guard Folder.exists(directory) else { throw FileError(directory, .notDirectory) }
    guard FileSystem.allows(W_OK | X_OK, directory), let names = try? Folder.names(in: directory) else {
      throw FileError(directory, .permissionDenied)
    }
    guard names.isEmpty || isOurs(directory + "/index.html") else {
      throw FileError(
        directory,
        .mismatch(
          found: "a directory with other files in it",
          expected: "a new or empty one, or a gallery of ladder's", advice: "name another directory"))
    }
  }

  private static func isOurs(_ path: String) -> Bool {
    guard let file = try? MappedFile(path: path) else { return false }
    return file.bytes.starts(with: Page.beginning(generator: generator).utf8)
  }
}
