import GPT2BinaryFiles
import GPT2ModelFiles
import GPT2Platform

/// Where a run goes on, by what its directory holds: the last checkpoint that is whole, or the beginning.
package struct ResumePoint: Sendable {
  /// The last checkpoint.
  package struct Saved: Equatable, Sendable {
    /// Updates that were made before it.
    package let step: Int
    /// Its model, or its adapters.
    package let path: String
    /// Whether it is adapters alone that are trained.
    package let holdsAdapters: Bool
    /// How many replicas the run has.
    package let replicas: Int
  }

  package let directory: RunDirectory
  /// `nil` for a run of llm.c's, or of a version that kept none, and if there is no run.
  package let plan: RunPlan?
  /// `nil` if nothing is saved yet, and the run begins.
  package let saved: Saved?

  /// - Throws: `FileError` if the plan or the checkpoint cannot be used.
  package init(_ directory: RunDirectory) throws(FileError) {
    self.directory = directory
    plan = FileSystem.exists(directory.plan) ? try RunPlan(contentsOf: directory.plan) : nil
    let replaced = plan?.replaced ?? []
    guard let step = try directory.checkpoints().last(where: { !replaced.contains($0) }) else {
      saved = nil
      return
    }
    let path = directory.savedResult(step)
    // DONE promises that it is there.
    guard FileSystem.exists(path) else {
      throw FileError(
        path,
        .mismatch(
          found: "no such file", expected: "the model of the checkpoint after step \(step)",
          advice: "remove the file DONE_… of that step to go on from the checkpoint before it"))
    }
    saved = Saved(
      step: step, path: path, holdsAdapters: path == directory.adapters(step),
      replicas: try TrainingStateFile.replicas(of: directory.state(step)))
  }

  /// The run's own model below its adapters; `nil` if the plan names another one.
  package var base: String? { plan?.base == nil ? nil : directory.base }

  /// Updates made so far.
  package var step: Int { saved?.step ?? 0 }

  /// The changes that a run goes on with from here.
  ///
  /// - Parameters:
  ///   - values: Of all options that have one, by name.
  ///   - defaults: Those of options that the plan does not know, as it is older.
  /// - Throws: `PlanError` if it cannot go on so. Where nothing is saved yet, it can with any.
  package func changes(
    to values: [String: String], of options: [PlanOption], defaults: [String: String] = [:]
  ) throws(PlanError) -> [PlanChange] {
    let changes = plan?.changes(to: values, of: options, defaults: defaults) ?? []
    if saved != nil, let change = changes.first(where: { $0.option.effect == .impossible }) {
      throw PlanError(change: change, path: directory.path)
    }
    return changes
  }

  /// Whether the data begin anew where the run goes on: the checkpoint's place in them is one in others.
  package func beginsData(with changes: [PlanChange]) -> Bool {
    guard saved != nil else { return false }
    return changes.contains { $0.option.effect == .data } || step <= (plan?.dataBeginAfter ?? 0)
  }

  /// The plan of the run from here on.
  ///
  /// - Parameter values: Of all options that have one; others keep that of the plan.
  package func plan(with changes: [PlanChange], to values: [String: String]) -> RunPlan {
    guard var plan else { return RunPlan(values) }
    let before = plan.timed
    // Paths are given as from here.
    if !changes.isEmpty {
      let old = plan
      plan = RunPlan(plan.options.merging(values) { $1 }, dataBeginAfter: plan.dataBeginAfter)
      (plan.replaced, plan.base, plan.baseChecksum) = (old.replaced, old.base, old.baseChecksum)
      plan.best = old.best
    }
    // Those before are gone by then, those after it are made again.
    let timed = before?.filter { $0 == step } ?? []
    plan.timed = timed.isEmpty ? nil : timed
    // Whoever goes on from here, after a kill, does the same.
    if saved == nil || beginsData(with: changes) { plan.dataBeginAfter = step }
    return plan
  }
}
