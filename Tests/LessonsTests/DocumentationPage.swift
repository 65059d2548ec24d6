import Foundation
import TestSupport

/// A page of a DocC catalogue, and its links.
struct DocumentationPage {
  /// "Sources/Kernels/Kernels.docc/LayerNorm.md"
  let path: String
  let text: String

  struct Link {
    let text: String
    let destination: String
    let line: Int
    /// Of "`name` in [text](destination)", also with an end of line in between.
    let nameBefore: String?

    /// What is to be found in the file: the text if it is in backticks and no file's name, or else the name before.
    var name: String? {
      guard text.hasPrefix("`"), text.hasSuffix("`") else { return nameBefore }
      let name = text.filter { $0 != "`" }
      return name.hasSuffix(".swift") || name.hasSuffix(".h") ? nameBefore : name
    }
  }

  /// All pages of all catalogues under Sources, by their paths.
  static func all() throws -> [String: DocumentationPage] {
    try pages(under: "Sources").filter { $0.key.contains(".docc/") }
  }

  /// The pages that are in no catalogue: README.md, and those of dev.
  static func loose() throws -> [String: DocumentationPage] {
    var pages = try pages(under: "dev")
    pages["README.md"] = try DocumentationPage(contentsOf: "README.md")
    return pages
  }

  private static func pages(under folder: String) throws -> [String: DocumentationPage] {
    let files = FileManager.default.enumerator(atPath: TestFiles.project(folder))
    var pages: [String: DocumentationPage] = [:]
    while let file = files?.nextObject() as? String {
      guard file.hasSuffix(".md") else { continue }
      pages["\(folder)/\(file)"] = try DocumentationPage(contentsOf: "\(folder)/\(file)")
    }
    return pages
  }

  /// "Sources/Kernels/Kernels.docc"
  var catalogue: String { String(path[..<(path.range(of: ".docc/")?.lowerBound ?? path.endIndex)]) + ".docc" }

  /// The page that others are to be found from: of "Kernels.docc" it is "Kernels.md".
  var landingPath: String {
    let name = catalogue.split(separator: "/").last?.dropLast(".docc".count) ?? ""
    return "\(catalogue)/\(name).md"
  }

  /// Links and pictures, `[text](destination)`, and `<doc:Page>`, outside fenced blocks.
  var links: [Link] {
    var isCode = false
    var links: [Link] = []
    var lineBefore: Substring = ""
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if line.hasPrefix("```") { isCode.toggle() }
      guard !isCode else { continue }
      for match in line.matches(of: /\[([^\[\]]+)\]\(([^()\s]+)\)/) {
        let before = lineBefore + " " + line[..<match.range.lowerBound]
        links.append(
          Link(
            text: String(match.output.1), destination: String(match.output.2), line: index + 1,
            nameBefore: before.firstMatch(of: /`([^`]+)` in +$/).map { String($0.output.1) }))
      }
      // As DocC names a page of the same catalogue.
      for match in line.matches(of: /<doc:([A-Za-z0-9-]+)>/) {
        let page = String(match.output.1)
        links.append(Link(text: page, destination: page + ".md", line: index + 1, nameBefore: nil))
      }
      lineBefore = line
    }
    return links
  }

  /// The project's path that a link leads to, without what follows "#"; `nil` if it leads out of the project's files.
  func target(of link: Link) -> String? {
    guard !link.destination.contains("://"), !link.destination.hasPrefix("mailto:") else { return nil }
    let file = link.destination.prefix { $0 != "#" }
    guard !file.isEmpty else { return path }
    var parts = path.split(separator: "/").dropLast().map { String($0) }
    for part in file.split(separator: "/") {
      switch part {
      case ".": break
      case "..": if parts.isEmpty { return "\(file) leads out of the project" } else { parts.removeLast() }
      default: parts.append(String(part))
      }
    }
    return parts.joined(separator: "/")
  }
}

extension DocumentationPage {
  init(contentsOf path: String) throws {
    self.init(path: path, text: try String(contentsOfFile: TestFiles.project(path), encoding: .utf8))
  }
}

/// Whether a Swift file declares what a page says it does.
struct SwiftDeclarations {
  let source: String

  /// - Parameter name: "LayerNorm.backward", "AdamWStep" or "backward(outputGradient:)": each part is declared, or
  ///   extended, or an operator's name.
  func contain(_ name: String) -> Bool {
    let plain = name.prefix { $0 != "(" && $0 != "<" }
    let parts = plain.split(separator: ".")
    return !parts.isEmpty && parts.allSatisfy { declares($0) }
  }

  private func declares(_ name: Substring) -> Bool {
    if name == "init" { return source.contains("init(") }
    let kinds = "func|struct|enum|class|actor|protocol|extension|case|let|var|typealias|macro"
    let escaped = NSRegularExpression.escapedPattern(for: String(name))
    let pattern = "\\b(\(kinds))\\b[^\\n]*(?<![A-Za-z0-9_])\(escaped)(?![A-Za-z0-9_])"
    return source.range(of: pattern, options: .regularExpression) != nil
  }
}
