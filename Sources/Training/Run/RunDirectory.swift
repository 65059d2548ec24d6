import GPT2BinaryFiles
import GPT2ModelFiles
import GPT2Platform
import GPT2Tokens
import GPT2Transformer

/// Where a run keeps its checkpoints and its logs, laid out as llm.c's `train_gpt2.cu` does it.
///
/// A checkpoint is `model_STEP.bin`, `state_STEP_00000.bin` and, for what llm.c does not know, `progress_STEP.json`;
/// `DONE_STEP` is written last, says that it is whole, and has the others' checksums. Where low-rank adapters are all that is trained,
/// `adapters_STEP.bin` takes the model's place; where processes train apart, each has moments in a state file of its own,
/// and `outer_STEP.bin` is beside them. `ema_STEP.bin` is the
/// average of the weights, a model as well, if the run keeps one. `best_STEP.bin` is the model, or the adapters, of the lowest
/// validation loss; `main.log` and `metrics.jsonl` tell what happened, and `plan.json` what it was begun with. `base.bin` is
/// the model below adapters, if no other file has it.
///
/// A run that is going on holds its directory open: its files go there, wherever the directory is moved, and never into
/// another that gets its name.
public struct RunDirectory: Equatable, Sendable {
  /// What a run does with those before it in the same directory.
  public enum Use: Sendable {
    /// There must be none.
    case new
    /// They are replaced.
    case replacing
    /// The last one goes on, if there is one.
    case resuming
  }

  /// Without a slash at its end.
  public let path: String
  /// What is done with a run that is there.
  public let use: Use
  /// The directory itself, while a run holds it.
  package private(set) var folder: HeldFolder?

  /// A directory, which need not be there yet.
  public init(_ path: String, use: Use = .new) {
    // One slash at the end is as good as none.
    self.path = Folder.withoutSlash(path)
    self.use = use
  }

  /// The same directory as it is held by a run; by its path alone if that is not locked.
  package func held(by lock: RunLock?) -> RunDirectory {
    var held = self
    held.folder = lock?.folder
    return held
  }

  public static func == (a: RunDirectory, b: RunDirectory) -> Bool { a.path == b.path && a.use == b.use }

  /// Where it is by now, if it was moved since it is held.
  package var placeMovedTo: String? {
    guard let folder, let place = FileSystem.path(ofFolder: folder.descriptor) else { return nil }
    return FilePlace(path).leads(to: folder.descriptor, followingLinks: true) ? nil : place
  }

  /// Where one of its files is.
  func place(_ path: String) -> FilePlace { FilePlace(path, in: folder) }

  package func model(_ step: Int) -> String { file(.model, step) }
  package func adapters(_ step: Int) -> String { file(.adapters, step) }
  /// - Parameter replica: Each has a file of its own.
  package func state(_ step: Int, replica: Int = 0) -> String { file(.state(rank: replica), step) }
  package func outer(_ step: Int) -> String { file(.outer, step) }
  package func average(_ step: Int) -> String { file(.average, step) }
  package func progress(_ step: Int) -> String { file(.progress, step) }
  package func done(_ step: Int) -> String { file(.done, step) }
  package func best(_ step: Int) -> String { file(.best, step) }

  private func file(_ kind: RunFileName.Kind, _ step: Int) -> String {
    "\(path)/\(RunFileName(kind, step).name)"
  }

  package var log: String { path + "/main.log" }
  package var metrics: String { path + "/" + RunLogFormat.name }
  /// The tokenizer of the run's data, so that whoever uses its models need not name it; `nil` if it keeps none.
  package var tokenizer: String? { RunTokenizer.path(in: path + "/") }

  /// The template of the run's instructions; `nil` if it learns from none.
  package var template: String? { RunTemplate.path(in: path + "/") }

  /// The model below the run's adapters, if it keeps one: see `RunBase`.
  package var base: String { path + "/" + RunBase.name }

  /// What the run was begun with: see `RunPlan`.
  package var plan: String { path + "/" + RunPlan.name }

  /// Whether there is such a directory.
  package var exists: Bool { FileSystem.exists(path) }

  /// Finds out before the work whether the directory can be used, and changes nothing.
  ///
  /// - Throws: `FileError` if it is no directory, cannot be written to, or holds a model that may not be replaced.
  package func check() throws(FileError) {
    guard let status = FileSystem.status(of: path) else {
      guard errno == ENOENT else { throw FileError(path, .fromErrno("looking at it")) }
      return try Folder.checkMissing(path)
    }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw FileError(path, .notDirectory) }
    guard FileSystem.allows(W_OK | X_OK, path) else { throw FileError(path, .fromErrno("looking at it")) }
    guard use == .new else { return }
    guard let name = try names().sorted().first(where: Self.isModel) else {
      // That of a run which saved nothing may go; another file of its name may not.
      if place(plan).exists { _ = try RunPlan(contentsOf: plan) }
      return
    }
    throw FileError(
      path + "/" + name,
      .mismatch(
        found: "a run's model already there", expected: "a new directory",
        advice: "go on with that run with --resume, replace it with --overwrite, or name another --output"))
  }

  /// Makes the directory, and those it is in. What is written there keeps them.
  ///
  /// - Throws: `FileError` if it cannot be made; then nothing is left behind.
  package func create() throws(FileError) {
    try UnfinishedFiles.makeFolders(for: path + "/")
    do throws(FileError) {
      try check()
    } catch {
      removeIfUnused()
      throw error
    }
  }

  /// Removes what `create` made, if nothing was written there. Nobody may hold it.
  public func removeIfUnused() { UnfinishedFiles.removeFolders(for: path + "/") }

  /// Whether all that is in it may be another run's, which this one replaces: it has saved nothing yet.
  ///
  /// - Throws: `FileError` if the directory or its plan cannot be read.
  public func holdsReplaced() throws(FileError) -> Bool {
    guard use != .replacing else { return true }
    let replaced = try replacedCheckpoints()
    guard !replaced.isEmpty else { return false }
    return try checkpoints().allSatisfy(replaced.contains)
  }

  /// Keeps a copy of the tokenizer that the run's data were made with; a run that goes on has it already.
  ///
  /// - Throws: `FileError` if there is another tokenizer, which is not the run's, or if it cannot be written.
  package func keep(_ tokenizer: Tokenizer) throws(FileError) {
    let mayReplace = try holdsReplaced()
    guard !mayReplace, let kept = self.tokenizer else {
      return try RunTokenizer.write(tokenizer, in: path + "/", heldAs: folder, replacing: mayReplace)
    }
    guard try checkpoints().isEmpty, !RunTokenizer.isSame(tokenizer, as: kept) else { return }
    throw FileError(
      kept,
      .mismatch(
        found: "another tokenizer already there", expected: "none, or that of the data",
        advice: "name another --output, or replace it with --overwrite"))
  }

  /// Keeps the template that the run's instructions are learnt with.
  ///
  /// - Parameter template: `nil` if the run learns from none; then there must be none, but that of a run it replaces,
  ///   which goes.
  /// - Throws: `FileError` if there is another, or if it cannot be written.
  package func keep(_ template: InstructionTemplate?) throws(FileError) {
    let path = path + "/" + RunTemplate.name
    let isThere = place(path).exists
    if isThere, try !holdsReplaced() {
      guard template == nil || (try? InstructionTemplate(contentsOf: path)) != template else { return }
      throw FileError(
        path,
        .mismatch(
          found: "another template already there",
          expected: template == nil ? "none, for the data are no instructions" : "none, or that of the data",
          advice: "name another --output, or replace it with --overwrite"))
    }
    if let template {
      try template.write(to: path, in: folder, replacing: isThere)
    } else if isThere {
      place(path).unlink()
    }
  }

  /// Keeps what the run was begun with, or goes on with from here.
  ///
  /// - Parameter base: The model below the adapters, if no other file has it.
  /// - Throws: `FileError` if it cannot be written, or a file is in the model's place that is not the run's.
  package func keep(_ plan: RunPlan, base: Parameters? = nil) throws(FileError) {
    var plan = plan
    if use == .replacing { plan.replaced = try checkpoints() }
    guard let base else { return try plan.write(to: self.plan, in: folder) }
    plan.base = RunBase.name
    // That of a run which saved nothing may go.
    let isOurs = (try? RunPlan(contentsOf: self.plan, in: folder))?.base != nil
    if use == .new, !isOurs { try FileWriter.check(self.base, in: folder, replacing: false) }
    // The plan comes first: whoever finds it without the model begins anew, and writes that again.
    try plan.write(to: self.plan, in: folder)
    plan.baseChecksum = "\(try Checkpoint.write(base, to: self.base, in: folder, replacing: true))"
    try plan.write(to: self.plan, in: folder)
  }

  /// The checkpoints of another run that stay until there is one of this.
  func replacedCheckpoints() throws(FileError) -> [Int] {
    if use == .replacing { return try checkpoints() }
    guard use == .resuming, place(plan).exists else { return [] }
    return try RunPlan(contentsOf: plan, in: folder).replaced ?? []
  }

  /// The steps of all whole checkpoints, the last one last; none if there is no such directory.
  ///
  /// - Throws: `FileError` if the directory cannot be read.
  package func checkpoints() throws(FileError) -> [Int] {
    try steps(of: .done)
  }

  /// The steps of `best_STEP.bin`.
  func bestSteps() throws(FileError) -> [Int] { try steps(of: .best) }

  /// Removes what a run that was killed while it wrote has left behind. Only for whoever holds the lock.
  func removePartialFiles() throws(FileError) {
    for name in try names() where Self.isPartial(name) { place(path + "/" + name).unlink() }
  }

  /// Removes files of checkpoints that no `DONE_STEP` says are whole, and bests but the last: what a kill leaves behind
  /// while one is written, or removed. Only for whoever holds the lock.
  ///
  /// - Parameter keepingBests: Whether a best may be another run's.
  /// - Returns: Their names.
  /// - Throws: `FileError` if the directory cannot be read.
  func removeLeftovers(keepingBests: Bool) throws(FileError) -> [String] {
    // Names that we give have one spelling of a step.
    let files = try names().compactMap { name in RunFileName(name).flatMap { $0.name == name ? $0 : nil } }
    func steps(_ kind: RunFileName.Kind) -> [Int] { files.filter { $0.kind == kind }.map(\.step) }
    let (whole, best) = (Set(steps(.done)), steps(.best).max())
    let leftovers = files.filter { file in
      file.kind == .best ? !keepingBests && file.step != best : !whole.contains(file.step)
    }
    for file in leftovers { place(path + "/" + file.name).unlink() }
    return leftovers.map(\.name).sorted()
  }

  private func steps(of kind: RunFileName.Kind) throws(FileError) -> [Int] {
    try names().compactMap { RunFileName($0) }.filter { $0.kind == kind }.map(\.step).sorted()
  }

  func names() throws(FileError) -> [String] {
    if let folder { return try folder.names() }
    guard exists else { return [] }
    return try Folder.names(in: path)
  }

  private static func isModel(_ name: String) -> Bool {
    switch RunFileName(name)?.kind {
    case .model, .adapters, .average, .best: true
    case .state, .outer, .progress, .done, nil: false
    }
  }

  /// Whether it is what `FileWriter` had begun to write.
  private static func isPartial(_ name: String) -> Bool {
    guard let whole = FileWriter.wholeName(ofPartial: name) else { return false }
    return RunFileName(whole) != nil
      || (RunTokenizer.names + [RunTemplate.name, RunPlan.name, RunBase.name]).contains(whole)
  }
}
