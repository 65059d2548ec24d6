import Foundation
import TestSupport
import Testing

/// The numbers of a page of Kernels.docc: its lines `name = values`, rows ended by `;`, within blocks that begin with
/// ```` ```example ````. dev/reference/lessons/worked_examples.py computed the results, by PyTorch in double precision.
struct WorkedExample {
  private let page: String
  private let entries: [String: Entry]

  private struct Entry {
    var rows: Int
    var values: [Double]
  }

  init(page: String) throws {
    self.page = page
    let path = TestFiles.project("Sources/Kernels/Kernels.docc/\(page).md")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    var entries: [String: Entry] = [:]
    for line in Self.exampleLines(of: text) {
      let parts = line.prefix { $0 != "#" }.split(separator: "=", maxSplits: 1)
      try #require(parts.count == 2, "\(page): \(line)")
      let rows = parts[1].split(separator: ";").map { row in
        row.split(separator: " ").map { Double($0) ?? .nan }
      }
      let values = rows.flatMap { $0 }
      try #require(!values.isEmpty && values.allSatisfy(\.isFinite), "\(page): \(line)")
      entries[parts[0].trimmingCharacters(in: .whitespaces)] = Entry(rows: rows.count, values: values)
    }
    self.entries = entries
  }

  private static func exampleLines(of text: String) -> [Substring] {
    var isInside = false
    return text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
      guard line.hasPrefix("```") else { return isInside && !line.isEmpty }
      isInside = line == "```example"
      return false
    }
  }

  subscript(name: String) -> [Float] {
    get throws { try entry(name).values.map { Float($0) } }
  }

  /// The first value of a name.
  func number(_ name: String) throws -> Float { try #require(try self[name].first) }

  /// An input, or room for a result of its shape.
  func buffer(_ name: String, rows: Int? = nil) throws -> Buffer {
    let entry = try entry(name)
    let rows = rows ?? entry.rows
    return Buffer(rows, entry.values.count / rows, entry.values.map { Float($0) })
  }

  /// Expects what the page says, as far as its digits go.
  func expect(
    _ values: some Sequence<Float>, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let expected = try entry(name).values
    let found = values.map { Double($0) }
    try #require(found.count == expected.count, "\(page): \(name)", sourceLocation: sourceLocation)
    for (value, wanted) in zip(found, expected) {
      // Half a unit of the last digit that is printed, and single precision's rounding.
      let printed = abs(wanted) < 0.1 ? 5e-5 * abs(wanted) : 5e-6
      #expect(
        abs(value - wanted) <= printed + 1e-6 * max(1, abs(wanted)), "\(page): \(name) is \(value)",
        sourceLocation: sourceLocation)
    }
  }

  private func entry(_ name: String) throws -> Entry {
    try #require(entries[name], "\(page).md has no line \(name)")
  }
}
