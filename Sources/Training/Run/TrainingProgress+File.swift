import GPT2BinaryFiles

extension TrainingProgress {
  /// - Returns: The file's checksum.
  @discardableResult
  func write(to path: String, in folder: HeldFolder? = nil, replacing: Bool) throws(FileError) -> FileChecksum
  {
    // Finite numbers always encode.
    let bytes = (try? JSONCoding.indented(self)).map { Array($0.utf8) } ?? []
    return try FileWriter.write(to: path, in: folder, replacing: replacing) { writer throws(FileError) in
      try writer.append(bytes)
    }
  }

  /// - Parameter step: Of the checkpoint that it belongs to.
  /// - Throws: `FileError` if it is no progress, or has numbers that no run comes to in so many steps.
  init(contentsOf path: String, step: Int) throws(FileError) {
    let file = try MappedFile(path: path)
    let progress = withExtendedLifetime(file) {
      try? JSONCoding.value(TrainingProgress.self, from: file.bytes)
    }
    guard let progress else {
      throw Self.unusable(path, found: "something else", expected: "a run's progress as JSON")
    }
    if let (name, found, expected) = progress.impossibility(after: step) {
      throw Self.unusable(path, found: "\(name) = \(found)", expected: expected)
    }
    self = progress
  }

  /// The first of its numbers that cannot be.
  private func impossibility(after step: Int) -> (name: String, found: String, expected: String)? {
    let steps = [
      ("best.step", best?.step), ("lastValidation", lastValidation), ("averagedSince", averagedSince),
    ]
    for (name, value) in steps {
      if let value, !(0...step).contains(value) { return (name, "\(value)", "a step from 0 to \(step)") }
    }
    let validations = TrainingPlan.possibleSteps
    if !validations.contains(validationsSinceBest) {
      return (
        "validationsSinceBest", "\(validationsSinceBest)", "a number from 0 to \(validations.upperBound)"
      )
    }
    // Nothing would be better than that.
    if let loss = best?.loss, loss.isNaN { return ("best.loss", "\(loss)", "a number") }
    for (name, window) in [("losses", losses), ("gradientNorms", gradientNorms)] where !window.isPossible {
      return (name, "other values", "at most \(OutlierDetector.windowSize) finite numbers")
    }
    return nil
  }

  private static func unusable(_ path: String, found: String, expected: String) -> FileError {
    FileError(
      path,
      .mismatch(
        found: found, expected: expected,
        advice: "remove it to go on without what it remembers: outliers and the best validation loss"))
  }
}
