import Foundation
import GPT2Generation
import GPT2Kernels
import GPT2ModelFiles
import GPT2Tokens

extension GPT2 {
  /// Loads a model without holding up the caller, and tells how far it is.
  ///
  ///     let gpt2 = try await GPT2.load(contentsOf: "gpt2.gguf") { stage in
  ///       if case .reading(let fraction) = stage { print("\(Int(100 * fraction)) %") }
  ///     }
  ///
  /// A task that is cancelled stops loading at the next stage, or after some megabytes.
  ///
  /// - Parameters:
  ///   - path: As for `init(contentsOf:)`.
  ///   - tokenizerPath: Likewise, and so are the next four.
  ///   - adaptersPath: Low-rank adapters that were trained on the model.
  ///   - precision: What a prompt's rows are rounded to for matrix products.
  ///   - draft: What drafts tokens for the model to check.
  ///   - threads: How many threads may work at once.
  ///   - progress: Told of each stage as it begins, on the thread that loads.
  /// - Throws: As `init(contentsOf:)`; `CancellationError`.
  public static func load(
    contentsOf path: String, tokenizer tokenizerPath: String? = nil, adapters adaptersPath: String? = nil,
    precision: Precision? = nil, draft: DraftKind? = nil, threads: Int? = nil,
    progress: @Sendable (LoadingStage) -> Void = { _ in }
  ) async throws -> GPT2 {
    let source = ModelSource(
      path, tokenizer: tokenizerPath, adapters: adaptersPath, precision: precision)
    func begin(_ stage: LoadingStage) throws {
      try Task.checkCancellation()
      progress(stage)
    }
    let (model, tokenizer) = try source.load(
      on: Workers(count: threads, kernels: try KernelSet.fromEnvironment()), progress: begin)
    if draft != nil { try begin(.drafting) }
    let gpt2 = GPT2(
      model, tokenizer, draft: try draft.map { try Draft($0, for: model) }, template: try source.template())
    progress(.ready)
    return gpt2
  }

  /// The same of files that URLs name.
  public static func load(
    contentsOf url: URL, tokenizer tokenizerURL: URL? = nil, adapters adaptersURL: URL? = nil,
    precision: Precision? = nil, draft: DraftKind? = nil, threads: Int? = nil,
    progress: @Sendable (LoadingStage) -> Void = { _ in }
  ) async throws -> GPT2 {
    try await load(
      contentsOf: url.path, tokenizer: tokenizerURL?.path, adapters: adaptersURL?.path, precision: precision,
      draft: draft, threads: threads, progress: progress)
  }

  /// Loads a model from files that URLs name: see `init(contentsOf:)` of paths.
  ///
  /// - Precondition: They are file URLs.
  public convenience init(
    contentsOf url: URL, tokenizer tokenizerURL: URL? = nil, adapters adaptersURL: URL? = nil,
    precision: Precision? = nil, draft: DraftKind? = nil, threads: Int? = nil
  ) throws {
    try self.init(
      contentsOf: url.path, tokenizer: tokenizerURL?.path, adapters: adaptersURL?.path, precision: precision,
      draft: draft, threads: threads)
  }
}
