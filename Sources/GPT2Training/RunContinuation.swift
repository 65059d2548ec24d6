import GPT2BinaryFiles
import GPT2Kernels
import GPT2ModelFiles
import GPT2Platform
import GPT2TrainingCore
import GPT2Transformer

/// Where a session's run stands in its directory: at its beginning, or behind a checkpoint.
struct RunContinuation {
  /// The checkpoint that it goes on from; `nil` for the beginning.
  let saved: ResumePoint.Saved?
  /// Whether the data do not go on where the checkpoint left them, since they are others.
  let beginsData: Bool
  /// What the directory keeps, by which the next session knows how the run was begun.
  let plan: RunPlan
  private let changes: [PlanChange]
  private let session: TrainingSession

  /// - Throws: `TrainingSessionError.otherRun` if the run in the directory cannot go on so; `FileError` if it cannot be
  ///   read, or is another program's.
  init(_ session: TrainingSession, in directory: RunDirectory) throws {
    self.session = session
    let values = Self.values(of: session)
    guard directory.use == .resuming else {
      (saved, beginsData, plan, changes) = (nil, false, RunPlan(values), [])
      return
    }
    let point = try ResumePoint(directory)
    try Self.checkMaker(of: point)
    do throws(PlanError) {
      changes = try point.changes(to: values, of: Self.options)
    } catch {
      throw TrainingSessionError.otherRun(
        directory: directory.path, field: error.change.option.name, found: error.change.now,
        expected: error.change.before ?? "none")
    }
    saved = point.saved
    beginsData = point.beginsData(with: changes)
    plan = point.plan(with: changes, to: values)
  }

  /// By this option of its plan a run says that it is not one of the command's, which has others.
  private static let maker = "--library"

  /// What a run is begun with, as far as it matters whether it goes on with the same; free to change is all else.
  private static let options: [PlanOption] = [
    PlanOption(maker, .impossible),
    PlanOption("model", .impossible), PlanOption("trained", .impossible), PlanOption("adapters", .impossible),
    PlanOption("optimizer", .impossible), PlanOption("seed", .impossible),
    PlanOption("batchSize", .data), PlanOption("sequenceLength", .data), PlanOption("data", .data),
    PlanOption("accumulation", .course), PlanOption("precision", .course),
  ]

  private static func values(of session: TrainingSession) -> [String: String] {
    let plan = session.plan
    let adapters = plan.adapters.map { "rank \($0.rank), alpha \($0.alpha), for \($0.targets)" }
    // Of each shard its length and some of its tokens, in 64 bits.
    let signature = session.data.signature.reduce(0) { ($0 &* 31) &+ $1 }
    return [
      maker: "GPT2Training", "model": session.start.configuration.words, "trained": "\(plan.trained)",
      "adapters": adapters ?? "none", "optimizer": plan.optimizer.method.rawValue, "seed": "\(plan.seed)",
      "batchSize": "\(plan.batchSize)", "sequenceLength": "\(plan.sequenceLength)",
      "data": String(signature, radix: 16), "accumulation": "\(plan.accumulation)",
      "precision": session.precision.rawValue,
    ]
  }

  /// - Throws: `FileError` if there is a run that no session has begun.
  private static func checkMaker(of point: ResumePoint) throws(FileError) {
    guard point.plan != nil || point.saved != nil, point.plan?.options[maker] == nil else { return }
    throw FileError(
      point.directory.path,
      .mismatch(
        found: "a run of another program, such as gpt2 train", expected: "one of GPT2Training, or none",
        advice: "go on with it by that program, or name another directory"))
  }

  /// The first records of this part of the run.
  func opening(_ trainer: Trainer, on workers: Workers) -> [RunRecord] {
    var record = RunRecord(
      opening: trainer.plan, of: session.start.configuration, beganWith: session.start.path,
      after: saved?.step ?? 0,
      precision: session.precision, on: workers)
    record.settings?["model"] = session.start.path ?? "new"
    record.settings?["configuration"] = session.start.configuration.words
    record.settings?["data"] = session.data.pattern
    record.settings?["trained"] = "\(trainer.plan.trained)"
    return [record] + changes.map { $0.record(after: saved?.step ?? 0) }
  }
}

extension CheckpointPolicy {
  /// - Throws: `TrainingPlanError` for a number that cannot be.
  func check() throws(TrainingPlanError) {
    for (field, value) in [("interval", interval), ("kept", kept), ("majorInterval", majorInterval)] {
      guard let value, value < 1 else { continue }
      throw TrainingPlanError(
        field: "checkpoints.\(field)", found: "\(value)", expected: "at least 1, or nil")
    }
  }
}
