import GPT2BinaryFiles

/// Whether operations keep the shares of the peak that they must.
///
/// What disturbs a measurement can only slow it down, but peaks too, and then shares rise: a measurement whose peaks are
/// disturbed does not count. So each share is that of a median of several runs, and the best of several measurements of
/// steady peaks counts; as many are made as are needed, and no more than `greatestTries`.
package struct ThresholdCheck: Encodable, Sendable {
  package static let greatestTries = 4

  /// One threshold beside what was found.
  package struct Row: Encodable, Equatable, Sendable {
    package let section: BenchmarkSection.Kind
    package let operation: String
    package let pass: String?
    package let required: Double
    package fileprivate(set) var found: Double
    package fileprivate(set) var isKept: Bool

    fileprivate mutating func see(_ share: Double) {
      found = max(found, share)
      isKept = found >= required
    }
  }

  package private(set) var rows: [Row]
  /// Measurements that were made.
  package private(set) var tries = 0
  /// Those of them that do not count.
  package private(set) var disturbed = 0
  /// What was measured and has no threshold.
  package private(set) var unchecked: [String] = []
  /// Whether any measurement counts.
  package var isMeasured: Bool { disturbed < tries }
  package var isKept: Bool { isMeasured && rows.allSatisfy(\.isKept) }
  private let set: ThresholdSet

  private enum CodingKeys: String, CodingKey { case rows, tries, disturbed, unchecked }

  package init(_ set: ThresholdSet) {
    self.set = set
    rows = set.thresholds.map {
      Row(
        section: $0.section, operation: $0.operation, pass: $0.pass, required: $0.share, found: 0,
        isKept: false)
    }
  }

  /// Measures until all is kept, or as often as that may be tried.
  ///
  /// - Parameters:
  ///   - path: The thresholds' file, for the error.
  ///   - measure: Makes one measurement of the set's parts.
  /// - Returns: The last measurement.
  /// - Throws: `FileError` if there is a threshold for something that is not measured; what `measure` throws.
  package mutating func run(
    in path: String, _ measure: (Set<BenchmarkPart>) throws -> BenchmarkReport
  ) throws -> BenchmarkReport {
    while true {
      let report = try measure(set.parts)
      try add(report, in: path)
      if isKept || tries >= Self.greatestTries { return report }
    }
  }

  mutating func add(_ report: BenchmarkReport, in path: String) throws(FileError) {
    tries += 1
    let isDisturbed = report.peaks.areDisturbed
    if isDisturbed { disturbed += 1 }
    for (index, threshold) in set.thresholds.enumerated() {
      let row = report.section(threshold.section)?.rows.first { threshold.names($0, in: threshold.section) }
      guard let row else {
        throw FileError(
          path,
          .mismatch(
            found: "a threshold for \(threshold.words)", expected: "one for what bench measures",
            advice: "correct its name, or remove it"))
      }
      if !isDisturbed { rows[index].see(row.fractionOfPeak) }
    }
    let sections = report.sections.filter { section in set.thresholds.contains { $0.section == section.kind }
    }
    unchecked = sections.flatMap { section in
      section.rows.filter { row in !set.thresholds.contains { $0.names(row, in: section.kind) } }
        .map { "\($0.name)\($0.pass.map { ", \($0)" } ?? "")" }
    }
  }
}
