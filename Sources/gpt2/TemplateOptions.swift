import ArgumentParser

/// How a prompt is put to a model that learnt from instructions.
struct TemplateOptions: ParsableArguments {
  @Option(
    help: """
      What the prompt is put into before the model answers it: alpaca, plain, or a JSON file; if not given, that of the \
      model's run, if it learnt from instructions.
      """,
    completion: .file(extensions: ["json"]))
  var template: String?

  @Flag(help: "Let a run that learnt from instructions continue the prompt as it is.")
  var noTemplate = false

  @Option(help: "With a template: what holds for all of the conversation.")
  var system: String?

  func validate() throws {
    guard noTemplate, template != nil || system != nil else { return }
    throw ValidationError("--no-template excludes --template and --system.")
  }
}
