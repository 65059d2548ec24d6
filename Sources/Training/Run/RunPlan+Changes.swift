import GPT2BinaryFiles
import GPT2Platform
import GPT2Tokens

/// What becomes of a run that goes on if one of its options is another from there on.
package enum ChangeEffect: Sendable {
  /// What was computed stands, and what follows is what the new value says.
  case free
  /// It goes on, but not as the run that was begun would have.
  case course
  /// The same, and the data begin anew: the old place is none in them.
  case data
  /// It cannot go on.
  case impossible
}

/// An option as far as plans are concerned.
package struct PlanOption: Equatable, Sendable {
  package let name: String
  package let effect: ChangeEffect
  /// Whether its value names files, or may.
  package let isPath: Bool

  package init(_ name: String, _ effect: ChangeEffect, isPath: Bool = false) {
    self.name = name
    self.effect = effect
    self.isPath = isPath
  }
}

/// An option of a run that goes on with another value.
package struct PlanChange: Equatable, Sendable, CustomStringConvertible {
  package let option: PlanOption
  /// `nil` if it was not given.
  package let before: String?
  package let now: String

  /// "learning rate: 0.001 before, 0.0005 now"
  package var description: String { "\(words): \(before ?? "none") before, \(now) now" }

  /// "learning rate"; of one letter "-w".
  private var words: String {
    guard option.name.hasPrefix("--") else { return option.name }
    return option.name.dropFirst(2).split(separator: "-").joined(separator: " ")
  }

  /// For `metrics.jsonl`.
  package func record(after step: Int) -> RunRecord {
    var record = RunRecord(.change, step: step)
    (record.option, record.before, record.now) = (option.name, before, now)
    return record
  }
}

/// An option that a run cannot go on with.
package struct PlanError: Error, Equatable, Sendable, CustomStringConvertible {
  package let change: PlanChange
  /// Of the run.
  package let path: String

  package var description: String {
    "\(change.option.name): found \(change.now), expected "
      + (change.before.map { "\($0), which the run in \(path) was begun with" }
        ?? "none, as the run in \(path) was begun without")
      + "; leave it out, or begin another run in another --output"
  }
}

extension RunPlan {
  /// What of these values is other than the plan's, in the order of the options. An option without a value keeps the
  /// plan's; one that the plan does not know had its default.
  package func changes(
    to values: [String: String], of options: [PlanOption], defaults: [String: String] = [:]
  ) -> [PlanChange] {
    options.compactMap { option in
      guard let now = values[option.name] else { return nil }
      let before = self.options[option.name] ?? defaults[option.name]
      if before == now { return nil }
      if option.isPath, let before, Self.isSame(located(before), now) { return nil }
      return PlanChange(option: option, before: before, now: now)
    }
  }

  /// Where a path of the options is, as seen from the working directory.
  ///
  /// From another one than the plan's it is looked for there, then here: a run's files may have been moved together.
  package func located(_ path: String) -> String {
    guard System.workingDirectory != directory, !Folder.isAbsolute(path) else { return path }
    let there = directory + "/" + path
    if isThere(there) { return there }
    // A name is no path that got lost: d12, gpt2.
    return isThere(path)
      || !path.utf8.contains(where: { [UInt8(ascii: "/"), UInt8(ascii: ".")].contains($0) }) ? path : there
  }

  private func isThere(_ pattern: String) -> Bool { (try? paths(matching: pattern)) != nil }

  private static func isSame(_ one: String, _ other: String) -> Bool {
    func absolute(_ path: String) -> String {
      System.absolutePath(path)
        ?? Folder.absolute(path)
    }
    return absolute(one) == absolute(other)
  }
}
