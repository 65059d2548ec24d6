import ArgumentParser
import BinaryFiles
import Foundation
import Kernels
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

      Fine-tuning: the same, with --model gpt2_124M.bin. The optimizer is AdamW. Ctrl-C finishes the step \
      and saves. The directory gets the weights, model_STEP.bin, in llm.c's format (version 3).
      """)

  @Option(help: "Checkpoint to start from, or a size for a new model: d12 is GPT-2 124M.")
  var model: String

  @Option(help: "Token files to train on; a quoted shell pattern may name several.")
  var data: String

  @Option(help: "Token files to measure the validation loss on.")
  var validation: String?

  @Option(help: "Tokenizer that the token files were made with.", completion: .file(extensions: ["bin"]))
  var tokenizer: String

  @Option(help: "Directory for the result; made if it is not there.", completion: .directory)
  var output: String

  @OptionGroup(title: "Batches") var batches: BatchOptions
  @OptionGroup(title: "Optimizer") var optimizer: OptimizerOptions
  @OptionGroup(title: "Watching") var watching: WatchingOptions
  @OptionGroup var precisionOptions: PrecisionOptions
  @OptionGroup var threadOptions: ThreadOptions

  @Option(
    help: """
      What the backward pass computes again to save memory: 0 nothing, 1 GELU, 2 layer norms too. The results \
      are the same bits.
      """)
  var recompute = Recomputation.nothing

  @Option(help: "Positions of a new model, the longest text it can look back on: 1024 if not given.")
  var positions: Int?

  @Option(help: "Seed of a new model's weights and of the samples; 42 gives llm.c's and PyTorch's weights.")
  var seed: UInt32 = Parameters.initialisationSeed

  @Flag(help: "Replace models that are already in the output directory.")
  var overwrite = false

  func validate() throws {
    try positions?.check("--positions", atLeast: 1)
  }

  func run() throws {
    let directory = RunDirectory(output, replacing: overwrite)
    try directory.check()
    let setup = try TrainingSetup(self)
    var printer = TrainingPrinter(asJSON: watching.json)
    printer.announce(setup)
    let trainer = try setup.trainer()
    try directory.create()
    let failure = train(trainer, showing: &printer)
    let problem = try save(trainer, in: directory)
    if let error = failure ?? problem { throw error }
  }

  /// Trains until the end, a signal, or a failure, which is returned, since what was learnt is saved first.
  private func train(_ trainer: Trainer, showing printer: inout TrainingPrinter) -> Error? {
    Interruption.watch()
    defer { printer.end() }
    do {
      try trainer.run(
        isInterrupted: { Interruption.isAsked }, observing: { printer.show($0) })
      return printer.outputFailure
    } catch {
      return error
    }
  }

  /// Returns why the model is not where it should be, if it had to go elsewhere.
  private func save(_ trainer: Trainer, in directory: RunDirectory) throws -> FileError? {
    Interruption.hold()
    let (made, planned) = (trainer.stepsMade, trainer.plan.steps)
    if made < planned { Diagnostics.write("stopped after step \(made) of \(planned)") }
    guard made > 0 else { return nil }
    let (path, problem) = try directory.save(trainer.model.parameters, step: made)
    Diagnostics.write("wrote \(path)")
    return problem
  }
}
