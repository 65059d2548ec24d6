import ArgumentParser
import GPT2BinaryFiles
import GPT2Generation
import GPT2Kernels
import GPT2ModelFiles
import GPT2Server
import GPT2Terminal
import GPT2Tokens
import GPT2WeightFormats

/// Which models are served, and how they are held and computed with.
struct ModelOptions: ParsableArguments, Sendable {
  @Option(
    name: [.customShort("m"), .customLong("model")],
    help: ArgumentHelp(
      """
      Model: a checkpoint of llm.c's, a GGUF, safetensors or PyTorch file, a Hugging Face folder, the directory of a run, \
      or a name that `gpt2 fetch` knows. May be given more than once; requests name one, or mean the first.
      """, valueName: "[name=]path"))
  var named: [NamedValue] = []

  @Argument(help: ArgumentHelp("Models, as by --model.", valueName: "[name=]path"))
  var listed: [NamedValue] = []

  @Option(
    help: ArgumentHelp(
      "Tokenizer that a model was trained with, if its file, folder or run holds none.",
      valueName: "[name=]path"))
  var tokenizer: [NamedValue] = []

  @Option(
    help: ArgumentHelp(
      "Low-rank adapters that were trained on a model, to be added to it.", valueName: "[name=]path"))
  var adapters: [NamedValue] = []

  @Option(
    help: ArgumentHelp(
      "Round the weights to another format while loading; by default they stay as they are stored.",
      valueName: "[name=]format"))
  var quantize: [NamedValue] = []

  @Option(
    help: ArgumentHelp(
      "Draft some tokens by q4_0, q8_0 or ngram, and check them at once: the same texts, in less time while few run.",
      valueName: "[name=]kind"))
  var draft: [NamedValue] = []

  @Option(
    help: ArgumentHelp(
      "What chats are put into: alpaca, plain, or a JSON file; by default that of the model's run.",
      valueName: "[name=]template"))
  var template: [NamedValue] = []

  @Option(
    help: """
      What the inputs of a prompt's matrix products are rounded to: fp32 or bf16; bf16 if not given and the weights are \
      no more precise.
      """)
  var precision: String?

  @Option(help: "Texts at work at a time, of each model.")
  var places = BatchScheduler.Limits().places

  @Option(help: "Texts that wait for a place at most; more are refused with status 429.")
  var queue = BatchScheduler.Limits().waiting

  @OptionGroup var threadOptions: ThreadOptions

  private var models: [NamedValue] { named + listed }

  func validate() throws {
    guard !models.isEmpty else { throw ValidationError("Found no model, expected --model and its path.") }
    let names = models.map(\.modelName)
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw ValidationError("Two models are called '\(twice)'; name one: --model NAME=PATH.")
    }
    for (option, values) in [
      ("--tokenizer", tokenizer), ("--adapters", adapters), ("--quantize", quantize), ("--draft", draft),
      ("--template", template),
    ] { try values.check(option, models: names) }
    for format in quantize { _ = try Self.format(format.value) }
    for kind in draft { _ = try Self.draftKind(kind.value) }
    _ = try checkedPrecision()
    try places.check("--places", from: 1, to: 65_536)
    try queue.check("--queue", from: 0, to: 1 << 20)
  }

  /// Loads all of them.
  ///
  /// - Throws: `FileError` if a file cannot be used, or two do not belong together; `DraftError`; `AllocationError`.
  func load(on workers: Workers) throws -> [ServedModel] {
    try models.map { try load($0.modelName, from: $0.value, on: workers) }
  }

  /// The files that would be loaded now.
  ///
  /// - Throws: `FileError` if a run's directory cannot be read.
  func version() throws -> [String] {
    try models.flatMap { model in
      let source = try ModelSource(model.value, adapters: adapters.value(for: model.modelName)).resolved()
      return [source.path, source.adaptersPath ?? ""]
    }
  }

  private func load(_ name: String, from path: String, on workers: Workers) throws -> ServedModel {
    var source = ModelSource(
      path, tokenizer: tokenizer.value(for: name), adapters: adapters.value(for: name),
      format: try quantize.value(for: name).map(Self.format), precision: try checkedPrecision())
    source.report = { Diagnostics.write("gpt2-serve: note: \($0)") }
    let (model, tokenizer) = try source.load(on: workers)
    let draft = try draft.value(for: name).map { try Draft(try Self.draftKind($0), for: model) }
    // What there is to say of the model `load` has said.
    let own = try ModelSource(path).template()
    let template = try template.value(for: name).map { try InstructionTemplate(named: $0) } ?? own
    var limits = BatchScheduler.Limits()
    limits.places = places
    limits.waiting = queue
    let file = try ModelSource(path, adapters: source.adaptersPath).resolved()
    let fileName = Folder.lastName(of: Folder.withoutSlash(file.adaptersPath ?? file.path))
    Diagnostics.write("loaded \(path) as \(name)")
    return ServedModel(
      name, BatchScheduler(model, tokenizer, draft: draft, limits: limits), template: template, file: fileName
    )
  }

  private func checkedPrecision() throws -> Precision? {
    guard let precision else { return nil }
    guard let found = Precision(rawValue: precision) else {
      throw ValidationError("--precision is \(precision), expected fp32 or bf16.")
    }
    return found
  }

  private static func format(_ name: String) throws -> WeightFormat {
    guard let format = WeightFormat(rawValue: name), format.isEncodable else {
      let known = WeightFormat.encodable.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("--quantize is \(name), expected one of \(known).")
    }
    return format
  }

  private static func draftKind(_ name: String) throws -> DraftKind {
    guard let kind = DraftKind(rawValue: name) else {
      let known = DraftKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("--draft is \(name), expected one of \(known).")
    }
    return kind
  }
}
