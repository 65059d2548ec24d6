import ArgumentParser
import GPT2BinaryFiles
import GPT2Reports
import GPT2Terminal
import GPT2TrainingCore

/// What `train` was asked for; of a run that goes on, with what it was begun with in place of what was not given.
struct PlannedCommand {
  let command: TrainCommand
  /// Where it goes on; `nil` for a run that is to begin.
  let point: ResumePoint?
  let changes: [PlanChange]

  /// - Parameter words: Those that `given` was parsed from.
  /// - Throws: `FileError` if the run's plan or checkpoint cannot be used, or there is nothing to go on with; `PlanError`
  ///   for an option that it cannot go on with; what the parser throws if the options contradict each other.
  init(_ given: TrainCommand, words: [String], in directory: RunDirectory) throws {
    guard given.isResuming else {
      self.init(given, from: nil, changes: [])
      return
    }
    let point = try ResumePoint(directory)
    guard let plan = point.plan else {
      guard given.givenModel != nil else { throw Self.missingPlan(of: point) }
      try given.checkTogether()
      self.init(given, from: point, changes: [])
      return
    }
    let kept = try Self.words(of: plan, in: directory)
    // Of an option that is given twice the last value counts.
    let command = try TrainCommand.parse(kept + words)
    try command.checkTogether()
    // Options that the program has learnt since then were as they are if not given.
    let defaults = try TrainCommand.parse(kept + ["--output", directory.path]).planValues
    self.init(
      command, from: point,
      changes: try point.changes(to: command.planValues, of: PlannedOption.kept, defaults: defaults))
  }

  private init(_ command: TrainCommand, from point: ResumePoint?, changes: [PlanChange]) {
    self.command = command
    self.point = point
    self.changes = changes
  }

  /// The plan that the run keeps from here on.
  ///
  /// - Parameter plan: What came of the options, with what they leave to the data and the processes.
  func plan(with plan: TrainingPlan) -> RunPlan {
    var values = command.planValues
    values["--sequence-length"] = "\(plan.sequenceLength)"
    values["--replicas"] = "\(plan.replicas)"
    return point?.plan(with: changes, to: values) ?? RunPlan(values)
  }

  /// Whether the data do not go on where the checkpoint left them.
  var beginsData: Bool { point?.beginsData(with: changes) ?? false }

  /// What to say of the changes, a line each.
  var notes: [String] {
    var notes = changes.map(\.description)
    let effects = changes.map(\.option.effect)
    if point?.saved != nil, effects.contains(.course) || effects.contains(.data) {
      notes.append(
        "from here on this is no longer the run that was begun: its bits differ from those of a run that never changed"
          + (effects.contains(.data) ? "; the data begin anew, in the order of a first epoch" : ""))
    }
    return notes
  }

  private static func words(of plan: RunPlan, in directory: RunDirectory) throws(FileError) -> [String] {
    var options = plan.options
    // The run has copies of its own, unless they are still those of one that it replaces.
    if try !directory.holdsReplaced() {
      if directory.tokenizer != nil { options["--tokenizer"] = nil }
      if directory.template != nil { options["--template"] = nil }
    }
    let words = PlannedOption.all.flatMap { planned -> [String] in
      guard let option = planned.option, let value = options.removeValue(forKey: planned.name) else {
        return []
      }
      return planned.words(for: option.isPath ? plan.located(value) : value)
    }
    if let unknown = options.keys.min(), unknown != "--tokenizer", unknown != "--template" {
      throw FileError(
        directory.plan,
        .mismatch(
          found: "an option \(unknown)", expected: "those of this version",
          advice: "go on with the program that wrote it"))
    }
    return words
  }

  private static func missingPlan(of point: ResumePoint) -> FileError {
    let path = point.directory.path
    guard point.saved != nil else {
      return FileError(
        path,
        .mismatch(
          found: "no run in it", expected: "the directory of one to go on with",
          advice: "check the name, or begin one with --model"))
    }
    let command = (try? RunHistory(directory: path))?.parts.first?.command ?? []
    return FileError(
      path,
      .mismatch(
        found: "a run without \(RunPlan.name), of an earlier version or another program",
        expected: "all options of its first part",
        advice: command.isEmpty ? "give them again" : "give them again: \(ResumeCommand.line(for: command))"))
  }
}
