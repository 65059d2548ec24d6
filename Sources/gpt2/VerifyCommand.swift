import ArgumentParser
import GPT2BinaryFiles
import GPT2Kernels
import GPT2ModelFiles
import GPT2Terminal
import GPT2TrainingCore
import GPT2Transformer

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Hold a model against a reference state, or a run's checkpoints against what was written.",
    discussion: """
      The state holds a batch and the logits, loss and gradients that PyTorch has for it:

        gpt2 verify --model gpt2_124M.bin --state gpt2_124M_debug_state.bin

      The recipes are those of llm.c's tests. llmc, of test_gpt2.c: logits and loss within 0.01, gradients \
      within 0.02, then ten AdamW steps. strict, of test_gpt2.cu: logits within 0.001, loss within 0.00001, \
      gradients within 7.9 % of each element, ten clipped AdamW steps, then save, reload, and ten more that \
      give the same bits (which needs room for 12 bytes a parameter in TMPDIR).

      The ten losses are compared with a file (--losses), or with the known ones of OpenAI's weights, within \
      0.01 (llmc) or 0.001 (strict; PyTorch's own fp32 losses of a random 124M are 0.0001 from its float64 ones).

      With --precision bf16 both recipes allow what rounded inputs cost, about twice what was measured: logits \
      within 3 % and gradients within 5 % of the tensor's largest element, the loss within 0.01, the ten losses \
      within 0.02. Save and reload must give the same bits all the same.

      --run reads all files of a run's whole checkpoints and holds them against the checksums that DONE_STEP has of them, \
      XXH64 (so does `xxhsum -c DONE_00000100` in the run's directory). Checkpoints of llm.c's, and of earlier versions, \
      have none, which is said:

        gpt2 verify --run runs/book

      Exit code 0: everything that was checked holds. 1: something differs. 2: a file cannot be used.
      """)

  enum Recipe: String, CaseIterable, ExpressibleByArgument {
    case llmc, strict, both

    var recipes: [VerificationRecipe] {
      switch self {
      case .llmc: [.llmc]
      case .strict: [.strict]
      case .both: [.llmc, .strict]
      }
    }
  }

  @Option(name: .shortAndLong, help: "Model checkpoint.", completion: .file(extensions: ["bin"]))
  var model: String?

  @Option(help: "Reference state of that model.", completion: .file(extensions: ["bin"]))
  var state: String?

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp(
      "Instead: directory of a run, whose files are to be as they were written.", valueName: "directory"),
    completion: .directory)
  var runDirectory: String?

  @Option(help: "llmc, strict or both.")
  var recipe = Recipe.both

  @Option(help: "Losses of the ten steps, one a line; give it twice for both recipes, llmc's first.")
  var losses: [String] = []

  @Flag(help: "Print one JSON object a recipe, or a file, instead of text.")
  var json = false

  @OptionGroup var detail: DetailOptions

  @OptionGroup var precisionOptions: PrecisionOptions
  @OptionGroup var threadOptions: ThreadOptions

  func validate() throws {
    if runDirectory != nil {
      guard model == nil, state == nil, losses.isEmpty else {
        throw ValidationError("--run is checked by itself; leave out --model, --state and --losses.")
      }
      return
    }
    for (name, value) in [("model", model), ("state", state)] where value == nil {
      throw ValidationError("Missing expected argument '--\(name) <\(name)>'; or name a run with --run.")
    }
    guard losses.isEmpty || losses.count == recipe.recipes.count else {
      throw ValidationError(
        "--losses was given \(losses.count) times, expected once for each recipe "
          + "(\(recipe.recipes.map(\.name).joined(separator: ", "))): their steps differ.")
    }
  }

  func run() throws {
    if let runDirectory { return try RunVerification(runDirectory, asJSON: json).run() }
    let recipes = recipe.recipes.map { $0.at(precisionOptions.precision) }
    Diagnostics.decision(
      "recipes \(recipes.map(\.name).joined(separator: ", ")) at \(precisionOptions.precision.rawValue), losses "
        + (losses.isEmpty ? "that are known, if any" : "of \(losses.joined(separator: ", "))"))
    var trajectories: [(source: String, losses: [Float])?] = []
    for (index, recipe) in recipes.enumerated() {
      let path = losses.isEmpty ? nil : losses[index]
      trajectories.append(try path.map { ($0, try LossFile.read($0, count: recipe.steps)) })
    }
    var holds = true
    for (recipe, trajectory) in zip(recipes, trajectories) {
      let report = try verify(recipe, trajectory)
      try MappedFile.checkAll()
      try VerificationPrinter(report).print(asJSON: json)
      holds = holds && report.holds
    }
    if !holds { throw Exit.checkFailed }
  }

  private func verify(
    _ recipe: VerificationRecipe, _ trajectory: (source: String, losses: [Float])?
  ) throws -> VerificationReport {
    // Both are there once the options have been checked.
    let (model, state) = (self.model ?? "", self.state ?? "")
    let workers = threadOptions.workers
    let parameters = try Checkpoint.read(model)
    let reference = try ReferenceState(contentsOf: state, for: parameters.configuration)
    parameters.warnIfNotFinite(path: model, on: workers)

    let scratch = recipe.checksResume ? try ScratchDirectory("gpt2") : nil
    var progress = ProgressLine()
    defer { progress.clear() }
    Interruption.watch()
    let verifier = try Verifier(parameters, against: reference, by: recipe, on: workers)
    return try withExtendedLifetime(scratch) {
      try verifier.run(expectedLosses: trajectory, scratchDirectory: scratch?.path ?? "") {
        if Interruption.isAsked { throw Exit.interrupted }
        progress.show(Progress(recipe.name).saying($0))
      }
    }
  }
}
