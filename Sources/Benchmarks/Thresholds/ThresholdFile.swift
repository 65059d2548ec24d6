import GPT2BinaryFiles

/// A file of thresholds, as JSON, as dev/thresholds.py makes them; `dev/thresholds.json` is one. See `ThresholdSet`.
package struct ThresholdFile: Codable, Equatable, Sendable {
  static let version = 1

  package let version: Int
  package let sets: [ThresholdSet]

  /// - Throws: `FileError` if it cannot be read, is of another version, or no file of thresholds.
  package init(contentsOf path: String) throws(FileError) {
    let file = try MappedFile(path: path)
    let (version, thresholds) = withExtendedLifetime(file) {
      (
        try? JSONCoding.value(Version.self, from: file.bytes).version,
        try? JSONCoding.value(ThresholdFile.self, from: file.bytes)
      )
    }
    if let version, version != Self.version {
      throw FileError(
        path,
        .unsupportedVersion(
          found: Int32(clamping: version), supported: [Int32(Self.version)],
          advice: "use the program it is for"))
    }
    guard let thresholds else {
      throw FileError(
        path,
        .mismatch(
          found: "something else", expected: "thresholds as JSON",
          advice: "name one that dev/thresholds.py wrote"
        ))
    }
    self = thresholds
    for set in sets { try set.check(in: path) }
  }

  /// Those of the conditions under which `settings` measure.
  ///
  /// - Parameter path: The file's, for the error.
  /// - Throws: `FileError` if there are none.
  package func set(for settings: BenchmarkSettings, in path: String) throws(FileError) -> ThresholdSet {
    let conditions = ThresholdSet.Conditions(settings)
    guard let set = sets.first(where: { $0.conditions == conditions }) else {
      let known = sets.map(\.conditions.words).joined(separator: "; ")
      throw FileError(
        path,
        .mismatch(
          found: known.isEmpty ? "no thresholds" : "thresholds of \(known)",
          expected: "those of \(conditions.words)",
          advice: "measure with the options of one of them, or add these"))
    }
    return set
  }

  /// Read first: another version may have another shape.
  private struct Version: Decodable { let version: Int }
}

extension ThresholdSet {
  /// - Throws: `FileError` for a share that cannot be, or two for one operation.
  fileprivate func check(in path: String) throws(FileError) {
    for (index, threshold) in thresholds.enumerated() {
      // Small operations may find in the caches what is counted as memory's.
      guard threshold.share > 0, threshold.share <= 10 else {
        throw FileError(
          path,
          .mismatch(
            found: "a share of \(threshold.share) for \(threshold.words)",
            expected: "one above 0 and at most 10",
            advice: "correct it; 0.5 is half of the peak"))
      }
      let isKnown = thresholds[..<index].contains {
        ($0.section, $0.operation, $0.pass) == (threshold.section, threshold.operation, threshold.pass)
      }
      guard !isKnown else {
        throw FileError(
          path,
          .mismatch(found: "two shares for \(threshold.words)", expected: "one", advice: "remove the other"))
      }
    }
  }
}
