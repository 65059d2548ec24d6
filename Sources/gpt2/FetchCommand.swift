import ArgumentParser
import GPT2ModelHub
import GPT2Terminal

struct FetchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Fetch a GPT-2's weights and tokenizer by name.",
    discussion: """
      Without a name it lists the models: their sizes, and which are there.

        gpt2 fetch gpt2
        gpt2 generate --model gpt2 --prompt 'Once upon'

      The files come from Hugging Face by curl, at a revision that stays. Each is held against its SHA-256, which \
      gpt2 knows; for a file of which it does not, against the checksum that the server states. The model appears when \
      all of it is there. What is interrupted or cut off goes on with the same command.

      Models are kept in $GPT2_MODELS, or else ~/.cache/gpt2-swift. Wherever a model or a tokenizer is asked for, \
      the name of one will do: it is a file or folder of that name if there is one, else the model that was fetched, \
      else the one that is in Hugging Face's own cache.

      HF_ENDPOINT names a mirror and HF_TOKEN a token, as for Hugging Face's own programs. --from takes the files \
      from any folder, on a server or on a disk, and holds them against the same checksums:

        gpt2 fetch gpt2-medium --from file:///media/stick/gpt2-medium
      """)

  @Argument(help: "Model to fetch.", completion: .list(ModelCatalogue.models.map(\.name)))
  var name: String?

  @Option(
    name: .shortAndLong, help: "Folder to make for the model, elsewhere than usual.", completion: .directory)
  var output: String?

  @Option(help: "Address of a folder that holds the model's files: https://, http:// or file:///.")
  var from: String?

  @Flag(help: "Keep files, too, of which neither gpt2 nor the server knows a checksum.")
  var unverified = false

  @Flag(help: "Print one JSON object: what was fetched; or one a model.")
  var json = false

  @OptionGroup var detail: DetailOptions

  func validate() throws {
    if name == nil, output != nil || from != nil || unverified {
      throw ValidationError("Name a model to fetch; without a name the models are listed.")
    }
  }

  func run() throws {
    guard let name else { return try ModelList().print(asJSON: json) }
    guard let model = ModelCatalogue.model(named: name) else {
      throw FetchError(name, .unknownModel(near: ModelCatalogue.names(near: name)))
    }
    let home = try from.map { address throws(FetchError) in try ModelHome(folder: address) } ?? ModelHome()
    let printer = FetchPrinter(model, asJSON: json)
    let folder = try folder(of: model)
    Diagnostics.decision(
      "\(model.repository) at \(model.revision), from \(from ?? "Hugging Face or its mirror"), into \(folder.path)"
    )
    var options = FetchOptions()
    options.allowsUnverified = unverified
    options.report = { printer.show($0) }
    options.isCancelled = { Interruption.isAsked }
    Interruption.watch()
    do {
      let fetched = try ModelFetch(into: folder, from: home, options).run()
      try printer.print(fetched, as: output ?? model.name)
    } catch {
      printer.clear()
      guard let error = error as? FetchError, error.cause == .interrupted else { throw error }
      Diagnostics.error("gpt2: \(error)")
      throw Exit.interrupted
    }
  }

  private func folder(of model: CatalogueModel) throws(FetchError) -> ModelFolder {
    if let output { return ModelFolder(output, model) }
    guard let store = ModelStore() else { throw FetchError(model.name, .noPlace) }
    return store.folder(of: model)
  }
}
