import ArgumentParser
import BinaryFiles
import Communication
import Kernels
import Terminal
import Tokens
import Training
import Transformer

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a model, from scratch or from a checkpoint.",
    discussion: """
      From scratch, with a size of llm.c's (\(ModelSize.descriptors)):

        gpt2 train --model d6 --data 'data/book_train*.bin' \\
          --validation data/book_val.bin --tokenizer tokenizer.bin \\
          --output runs/book --steps 500

      Fine-tuning: the same, with --model gpt2_124M.bin; with --lora-rank 8 in little memory.

      On questions and answers, of which only the answers are learnt:

        gpt2 train --model gpt2_124M.bin --instructions answers.jsonl --hold-out 0.1 \\
          --tokenizer gpt2_tokenizer.bin --output runs/answers

      Each line is an object with "prompt" and "completion"; "instruction", maybe "input", and "output"; or "messages". \
      The run keeps the template that they are put into, and generate applies it.

      The flags of llm.c's train_gpt2.cu work as they are there: -e d12 -i DATA -j VALIDATION -o DIR -y 1 and so \
      on. Where they are left out, defaults are as listed below.

      Ctrl-C finishes the step, saves, and prints the command that goes on. DIR gets checkpoints as llm.c lays \
      them out (model_STEP.bin, state_STEP_00000.bin, DONE_STEP), main.log, and metrics.jsonl. Whatever ends a \
      run, with --resume it goes on from the last checkpoint to the same bits.

      A program that `make mpi` built trains over many processes, on one machine or several that share their files:

        mpirun -n 8 gpt2 train --replicas 8 --model d12 …

      The first process speaks and writes for all. Ctrl-C is mpirun's then, which leaves it a second to save in; \
      SIGUSR1 to mpirun leaves it as long as it takes.
      """,
    // -h is llm.c's flag for HellaSwag.
    helpNames: .long)

  @Option(
    name: [.customShort("e"), .long],
    help: "Model to start from, of any kind that generate takes, or a size for a new one: d12 is GPT-2 124M.")
  var model: String

  @Option(
    name: [.customShort("i"), .long],
    help: "Token files to train on; a quoted shell pattern may name several.")
  var data: String?

  @Option(
    name: [.customShort("j"), .long], help: "Token files, or instructions, to measure the validation loss on."
  )
  var validation: String?

  @Option(
    help: """
      Tokenizer that the token files were made with, for samples; if not given, that of the model's file, folder or \
      run, or gpt2_tokenizer.bin in the working directory. Without one samples are token ids, and a new model has \
      the vocabulary of its data. The run keeps a copy.
      """,
    completion: .file(extensions: ["bin", "gguf", "json"]))
  var tokenizer: String?

  @Option(
    name: .shortAndLong, help: "Directory for the result; made if it is not there.", completion: .directory)
  var output: String

  @OptionGroup(title: "Instructions") var instructions: InstructionOptions
  @OptionGroup(title: "Batches") var batches: BatchOptions
  @OptionGroup(title: "Optimizer") var optimizer: OptimizerOptions
  @OptionGroup(title: "What is trained") var trained: TrainedOptions
  @OptionGroup(title: "Watching") var watching: WatchingOptions
  @OptionGroup(title: "Checkpoints") var checkpoints: CheckpointOptions
  @OptionGroup(title: "Processes") var processes: ProcessOptions
  @OptionGroup(title: "Other flags of llm.c's") var llmc: LLMCFlags
  @OptionGroup var precisionOptions: PrecisionOptions
  @OptionGroup var threadOptions: ThreadOptions

  @Option(
    name: [.customShort("r"), .long],
    help: """
      What the backward pass computes again to save memory: 0 nothing, 1 GELU, 2 layer norms too. The results \
      are the same bits.
      """)
  var recompute = Recomputation.nothing

  @Option(help: "Positions of a new model, the longest text it can look back on; 1024 for sizes of GPT-2.")
  var positions: Int?

  @Option(help: "Seed of a new model's weights and of the samples; 42 gives llm.c's and PyTorch's weights.")
  var seed: UInt32 = Parameters.initialisationSeed

  func validate() throws {
    try positions?.check("--positions", atLeast: 1)
    guard (data == nil) != (instructions.file == nil) else {
      throw ValidationError(
        data == nil
          ? "Nothing to learn from: give --data or --instructions."
          : "--data and --instructions exclude each other.")
    }
    if instructions.file == nil {
      _ = try batches.accumulation(
        sequenceLength: batches.sequenceLength ?? BatchOptions.usualSequenceLength,
        replicas: processes.replicas ?? 1)
    }
    if instructions.holdOut != nil && validation != nil {
      throw ValidationError("--hold-out and --validation exclude each other.")
    }
    if llmc.resume == .on && checkpoints.overwrite {
      throw ValidationError("-y 1 and --overwrite exclude each other.")
    }
  }

  var isResuming: Bool { checkpoints.resume || llmc.resume == .on }

  func run() throws { try run(recordedAs: CommandLine.arguments, resumedBy: CommandLine.arguments) }

  /// - Parameters:
  ///   - command: What the run's log names as the command that it was, the program first.
  ///   - whole: With --resume, the command that goes on with the run.
  func run(recordedAs command: [String], resumedBy whole: [String]) throws {
    for note in llmc.notes { Diagnostics.write("gpt2: note: \(note)") }
    let processes = try TrainingProcesses.start(patience: self.processes.processTimeout)
    do {
      try train(processes, recordedAs: command, resumedBy: whole)
    } catch let error as CommunicationError {
      // Whoever finds out says so and ends the others, of whom one no longer answers.
      Diagnostics.write("gpt2: process \(processes.communicator.rank): \(error)", fromAnyProcess: true)
      processes.communicator.abort(code: Exit.unusableInput.rawValue)
      throw Exit.unusableInput
    } catch {
      processes.end()
      throw error
    }
    processes.end()
  }

  private func train(
    _ processes: TrainingProcesses, recordedAs command: [String], resumedBy whole: [String]
  ) throws {
    let directory = RunDirectory(
      output, use: isResuming ? .resuming : checkpoints.overwrite ? .replacing : .new)
    var lock: RunLock?
    let setup = try processes.agreeing {
      try directory.check()
      // A directory that is not there yet has no run in it, and is not made before it is needed.
      if processes.speaks, directory.exists { lock = try RunLock(directory.path) }
      let setup = try TrainingSetup(self, in: directory, sharedBy: processes)
      if processes.speaks {
        try directory.checkSpace(for: setup.plan, of: setup.configuration, policy: setup.policy)
      }
      return setup
    }
    try processes.checkEqual(setup.digests)
    var printer = TrainingPrinter(asJSON: watching.json, peak: setup.peak)
    printer.announce(setup)
    for note in setup.notes { Diagnostics.write("gpt2: note: \(note)") }
    let trainer = try processes.agreeing { try setup.trainer() }
    try processes.checkEqual([("weights", trainer.weightsChecksum)])
    let run = try processes.agreeing {
      if processes.speaks {
        if lock == nil {
          try directory.create()
          lock = try RunLock(directory.path)
        }
        try setup.tokenizer.map { try directory.keep($0) }
        try directory.keep(setup.template)
      }
      return try TrainingRun(
        trainer, in: directory, policy: setup.policy, opening: setup.opening(command),
        writes: processes.speaks)
    }
    try withExtendedLifetime(lock) {
      let failure = train(run, showing: &printer)
      try finish(run, after: failure, resumedBy: whole, showing: &printer)
    }
  }

  /// Trains until the end, a signal, or a failure, which is returned, since what was learnt is saved first.
  private func train(_ run: TrainingRun, showing printer: inout TrainingPrinter) -> Error? {
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
  private func finish(
    _ run: TrainingRun, after failure: Error?, resumedBy command: [String],
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
    if let refuge { Diagnostics.write("wrote \(refuge.path)") }
    if failure is TrainingError, let lastBefore, lastBefore < trainer.stepsMade {
      Diagnostics.write("the checkpoint before it is \(run.directory.result(of: trainer.model, lastBefore))")
    }
    if isStopped, run.lastSaved != nil {
      let launcher = Job().map { "mpirun -n \($0.size) " } ?? ""
      Diagnostics.write("go on with: \(launcher)\(ResumeCommand.line(for: command))")
    }
    if let error = failure ?? refuge?.problem { throw error }
  }
}
