import ArgumentParser

/// What is learnt from questions and answers, in place of token files.
struct InstructionOptions: ParsableArguments {
  @Option(
    name: .customLong("instructions"),
    help: """
      JSON lines to train on in place of --data: prompt and completion; instruction, input and output; or messages. \
      Loss and gradients are those of the answers alone.
      """,
    completion: .file(extensions: ["jsonl"]))
  var file: String?

  @Option(
    help: """
      What the texts are put into: alpaca, plain, or a JSON file, such as the template.json of another run. If not \
      given, that of the model's run, or else plain for prompts and completions, and alpaca for all others.
      """,
    completion: .file(extensions: ["json"]))
  var template: String?

  @Option(help: "Fraction of the examples, drawn by --seed, to take the validation loss on instead.")
  var holdOut: Double?

  func validate() throws {
    if let holdOut, !(holdOut > 0 && holdOut < 1) {
      throw ValidationError("--hold-out is \(holdOut), expected a number between 0 and 1.")
    }
  }

  func checkTogether() throws {
    guard file != nil || (template == nil && holdOut == nil) else {
      throw ValidationError("--template and --hold-out need --instructions.")
    }
  }
}
