import GPT2BinaryFiles
import GPT2Communication
import GPT2Platform
import GPT2Terminal
import GPT2TrainingCore

// A run from its first step on, and what is said and saved at its end, whatever that is.
extension TrainCommand {
  /// Trains until the end, a signal, or a failure, which is returned, since what was learnt is saved first.
  func train(_ run: TrainingRun, showing printer: inout TrainingPrinter) -> Error? {
    Interruption.watch()
    defer { printer.end() }
    do {
      try run.run(isInterrupted: { Interruption.isAsked }, observing: { printer.show($0) })
      return printer.outputFailure
    } catch {
      return error
    }
  }

  /// Saves, says how the run goes on, and fails if it did.
  func finish(
    _ run: TrainingRun, after failure: Error?, resumedBy resumption: String,
    showing printer: inout TrainingPrinter
  ) throws {
    Interruption.hold()
    let trainer = run.trainer
    let isStopped = failure == nil && !trainer.isOver
    if trainer.stepsMade < trainer.plan.steps {
      let why = failure == nil && trainer.hasLostPatience ? ": validation no longer improves" : ""
      Diagnostics.write("stopped after step \(trainer.stepsMade) of \(trainer.plan.steps)\(why)")
    }
    let lastBefore = run.lastSaved
    let reason = isStopped ? "interrupted" : failure.map { "\($0)" } ?? "finished"
    let refuge = try run.finish(reason) { printer.show($0) }
    // Also where little is to be said: it is not where it was to be.
    if let refuge {
      Diagnostics.error("wrote \(refuge.path)")
      let rescued = RunDirectory(Folder.withoutSlash(Folder.containing(refuge.path)))
      // Weights alone in the run's own directory are none of its checkpoints.
      if rescued.path != run.directory.path, FileSystem.exists(rescued.plan) {
        Diagnostics.error(
          "go on with: \(ResumeCommand.line(program: System.arguments.first ?? "gpt2", run: rescued.path))")
      }
    }
    if let place = run.directory.placeMovedTo {
      Diagnostics.write("gpt2: note: \(run.directory.path) was moved; the run is in \(place)")
    }
    if failure is TrainingError, let lastBefore, lastBefore < trainer.stepsMade {
      Diagnostics.write("the checkpoint before it is \(run.directory.result(of: trainer.model, lastBefore))")
    }
    if isStopped, run.lastSaved != nil {
      let launcher = Job().map { "mpirun -n \($0.size) " } ?? ""
      Diagnostics.write("go on with: \(launcher)\(resumption)")
    }
    // What was learnt is safe; that the logs do not say so must be said here.
    let errors: [any Error] = [failure, refuge?.problem].compactMap { $0 } + run.logFailures
    for other in errors.dropFirst() { Diagnostics.error("gpt2: warning: \(other)") }
    if let error = errors.first { throw error }
  }
}
