import ArgumentParser
import GPT2BinaryFiles
import GPT2Communication
import GPT2Kernels
import GPT2Platform
import GPT2Terminal
import GPT2Tokens
import GPT2TrainingCore
import GPT2Transformer

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

        gpt2 train --model gpt2_124M.bin --instructions answers.jsonl \\
          --hold-out 0.1 --tokenizer gpt2_tokenizer.bin --output runs/answers

      Each line is an object with "prompt" and "completion"; "instruction", maybe "input", and "output"; or "messages". \
      The run keeps the template that they are put into, and generate applies it.

      The flags of llm.c's train_gpt2.cu work as they are there: -e d12 -i DATA -j VALIDATION -o DIR -y 1 and so \
      on. Where they are left out, defaults are as listed below.

      Ctrl-C ends after the batch under way (an update of several batches is begun anew), saves, and prints the command \
      that goes on. DIR gets checkpoints as llm.c lays \
      them out (model_STEP.bin, state_STEP_00000.bin, DONE_STEP, which has their checksums), main.log, metrics.jsonl, and plan.json. Whatever ends a \
      run, with --resume it goes on from the last checkpoint to the same bits, from any working directory:

        gpt2 train --resume runs/book

      --config takes options from a file, whose keys are their names; what is on the command line as well wins:

        {"model": "d6", "data": "data/book_train.bin", "steps": 500,
          "learning-rate": 1e-4, "keep-best": true}

      A run's directory will do, or its plan.json: the new run is then begun as that one was.

        gpt2 train --config runs/book --output runs/other --seed 7

      A run that goes on knows what it was begun with. Options that are given again and differ are named and logged. The learning rate \
      and its schedule, the steps, and what only watches or saves may change at will; with other batches, data or \
      precision it is no longer the same run, which is said; another model, optimizer, seed, or number of replicas, and \
      another part of the model to train, are refused.

      A program that `make mpi` built trains over many processes, on one machine or several that share their files:

        mpirun -n 8 gpt2 train --replicas 8 --model d12 …

      With --local-steps 100 they exchange what they have learnt every 100 steps only, for machines that slow lines join.

      The first process speaks and writes for all. Ctrl-C is mpirun's then, which leaves it a second to save in; \
      SIGUSR1 to mpirun leaves it as long as it takes.
      """,
    // -h is llm.c's flag for HellaSwag.
    helpNames: .long)

  @Argument(
    help: ArgumentHelp("With --resume: the run that goes on.", valueName: "directory"),
    completion: .directory)
  var runDirectory: String?

  @Option(
    name: [.customShort("e"), .customLong("model")],
    help: """
      Model to start from, of any kind that generate takes, or a size for a new one: d12 is GPT-2 124M. Needed but with \
      --resume.
      """)
  var givenModel: String?

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
    name: [.customShort("o"), .customLong("output")],
    help: "Directory for the result; made if it is not there.", completion: .directory)
  var givenOutput: String?

  @Option(
    name: .customLong("config"),
    help: ArgumentHelp(
      "JSON file with options and their values, or a run whose options to begin with; those given here win.",
      valueName: "file"),
    completion: .file(extensions: ["json"]))
  var configurationFile: String?

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
  @OptionGroup var detail: DetailOptions

  @Option(
    name: [.customShort("r"), .long],
    help: """
      What the backward pass computes again to save memory: 0 nothing, 1 GELU, 2 layer norms too. The results \
      are the same bits.
      """)
  var recompute = Recomputation.nothing

  @Option(help: "Positions of a new model, the longest text it can look back on; 1024 for sizes of GPT-2.")
  var positions: Int?

  @Flag(
    inversion: .prefixedNo, exclusivity: .chooseLast,
    help: """
      Begin a new model with zeros for the projections into the residual stream, so that every layer is the identity at \
      first.
      """)
  var zeroProjections = false

  @Option(help: "Seed of a new model's weights and of the samples; 42 gives llm.c's and PyTorch's weights.")
  var seed: UInt32 = Parameters.initialisationSeed

  func validate() throws {
    try positions?.check("--positions", from: 1, to: 1 << 24)
    if let runDirectory, !isResuming {
      throw ValidationError(
        "Found \(runDirectory) without an option before it; only --resume takes a directory. A pattern of files needs quotes."
      )
    }
    if runDirectory != nil, givenOutput != nil {
      throw ValidationError("--output and a directory for --resume are the same; give one of them.")
    }
    guard runDirectory != nil || givenOutput != nil || configurationFile != nil else {
      throw ValidationError("Missing expected argument '--output <output>'.")
    }
    if llmc.resume == .on && checkpoints.overwrite {
      throw ValidationError("-y 1 and --overwrite exclude each other.")
    }
    // A run that goes on has the rest, or a file does.
    if !isResuming, configurationFile == nil { try checkTogether() }
  }

  // Both are there once all options have been checked with each other.
  var model: String { givenModel ?? "" }
  var output: String { givenOutput ?? runDirectory ?? "" }

  var isResuming: Bool { checkpoints.resume || llmc.resume == .on }

  func run() throws { try run(recordedAs: System.arguments) }

  /// - Parameters:
  ///   - command: What the run's log names as the command that it was: the program, "train", and what was parsed.
  ///   - whole: With --resume, the command that goes on with more than this run; `nil` for train itself.
  func run(recordedAs command: [String], resumedBy whole: [String]? = nil) throws {
    let (configured, words) = try configured(Array(command.dropFirst(2)))
    for note in configured.llmc.notes { Diagnostics.write("gpt2: note: \(note)") }
    try JobProcesses.sharing(patience: configured.processes.processTimeout) {
      try configured.train($0, words, recordedAs: command, resumedBy: whole)
    }
  }

  /// - Parameter words: What the command was parsed from, those of a configuration file included.
  private func train(
    _ processes: JobProcesses, _ words: [String], recordedAs command: [String], resumedBy whole: [String]?
  ) throws {
    let directory = RunDirectory(
      output, use: isResuming ? .resuming : checkpoints.overwrite ? .replacing : .new)
    var lock: RunLock?
    let planned = try processes.agreeing {
      try directory.check()
      // A directory that is not there yet has no run in it, and is not made before it is needed.
      if processes.speaks, directory.exists { lock = try RunLock(directory.path) }
      return try PlannedCommand(self, words: words, in: directory)
    }
    let resumption =
      whole.map(ResumeCommand.line) ?? ResumeCommand.line(program: command[0], run: directory.path)
    try planned.command.train(
      planned, in: directory, lockedBy: &lock, sharedBy: processes, recordedAs: command,
      resumedBy: resumption)
  }

  /// - Parameter lock: `nil` if the directory is yet to be made.
  private func train(
    _ planned: PlannedCommand, in directory: RunDirectory, lockedBy lock: inout RunLock?,
    sharedBy processes: JobProcesses, recordedAs command: [String], resumedBy resumption: String
  ) throws {
    let setup = try processes.agreeing {
      let setup = try TrainingSetup(planned, in: directory, sharedBy: processes)
      if processes.speaks {
        try directory.checkSpace(
          for: setup.plan, of: setup.configuration, policy: setup.policy, keepsBase: setup.keepsBase)
      }
      return setup
    }
    try processes.checkEqual(setup.digests)
    for note in planned.notes { Diagnostics.write("gpt2: note: \(note)") }
    for (name, value) in setup.options.sorted(by: { $0.key < $1.key }) {
      Diagnostics.decision("\(name) \(value)")
    }
    var printer = TrainingPrinter(asJSON: watching.json, peak: setup.peak)
    printer.announce(setup)
    for note in setup.notes { Diagnostics.write("gpt2: note: \(note)") }
    let trainer = try processes.agreeing { try setup.trainer() }
    try processes.checkEqual([("weights", trainer.weightsChecksum)])
    var (isMade, isBegun) = (false, false)
    defer {
      if isMade, !isBegun {
        lock = nil
        directory.removeIfUnused()
      }
    }
    let run = try processes.agreeing {
      if processes.speaks {
        if lock == nil {
          try directory.create()
          isMade = true
          lock = try RunLock(directory.path)
        }
        if let note = lock?.note { Diagnostics.write("gpt2: note: \(note)") }
      }
      // From here on nothing of the run goes by the directory's name, which may be another's.
      let directory = directory.held(by: lock)
      func keepPlan() throws {
        try directory.keep(
          planned.plan(with: setup.plan), base: setup.keepsBase ? trainer.model.parameters : nil)
      }
      // Another run is replaced once the plan says so; whatever fails before leaves all that is its own.
      if processes.speaks {
        if directory.use == .replacing { try keepPlan() }
        try setup.tokenizer.map { try directory.keep($0) }
        try directory.keep(setup.template)
      }
      let run = try TrainingRun(
        trainer, in: directory, policy: setup.policy,
        opening: [setup.opening(command)] + planned.changes.map { $0.record(after: setup.startStep) },
        writes: processes.speaks)
      // One that goes on is looked at by its last plan first.
      if processes.speaks, directory.use != .replacing { try keepPlan() }
      return run
    }
    isBegun = true
    for cut in run.cutRecords { Diagnostics.write("gpt2: note: \(cut)") }
    if !run.removedLeftovers.isEmpty {
      Diagnostics.write(
        "gpt2: note: removed what a kill had left of checkpoints that are not whole: "
          + run.removedLeftovers.joined(separator: ", "))
    }
    try withExtendedLifetime(lock) {
      let failure = train(run, showing: &printer)
      try finish(run, after: failure, resumedBy: resumption, showing: &printer)
    }
  }
}
