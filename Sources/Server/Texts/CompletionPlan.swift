import GPT2Generation
import GPT2Tokens

/// What a request for completions comes to.
struct CompletionPlan: TextPlan {
  let model: ServedModel
  let job: TextJob
  let head: ResponseHead
  /// Choices of each prompt that are answered, the best of the job's.
  let kept: Int
  let echoes: Bool
  /// How many alternatives are listed; `nil` if there are no log-probabilities.
  let alternatives: Int?
  let listsTokenIDs: Bool
  let isStreamed: Bool
  let reportsUsage: Bool

  /// - Throws: `APIError`; `FileError` if the tokenizer cannot encode a prompt.
  init(_ request: CompletionRequest, for server: APIServer) throws {
    let fields = request.fields
    let limits = server.limits
    guard (request.suffix ?? "").isEmpty else {
      throw APIError.unsupported("suffix", "found a suffix, expected none: GPT-2 writes forwards only")
    }
    kept = try (fields.n ?? 1).check("n", in: 1...limits.texts)
    let best = try (request.bestOf ?? kept).check("best_of", in: kept...limits.texts)
    isStreamed = fields.isStreamed
    reportsUsage = fields.reportsUsage
    if best > kept && isStreamed {
      throw APIError.field("best_of", found: "\(best) with stream", expected: "n, which is \(kept)")
    }
    echoes = request.echoes ?? false
    alternatives = request.logProbabilities
    listsTokenIDs = request.listsTokenIDs ?? false
    let tokens = try (request.maximumTokens ?? 16).check(
      "max_tokens", in: (echoes ? 0 : 1)...limits.tokens)
    let model = try server.shelf.model(fields.model)
    self.model = model
    let prompts = try (request.prompt?.texts ?? [.tokens([])]).map {
      try model.tokens(of: $0, field: "prompt")
    }
    guard !prompts.isEmpty else {
      throw APIError.field("prompt", found: "without a text", expected: "one at least")
    }
    guard prompts.count * best <= limits.texts else {
      throw APIError.field(
        "prompt", found: "and n for \(prompts.count * best) texts", expected: "at most \(limits.texts)",
        advice: "make several requests of it")
    }
    let seed = Seed.value(fields.seed)
    // The best is told by log-probabilities.
    var options = try fields.generationOptions(
      maximumTokens: tokens, alternatives: alternatives ?? (best > kept ? 0 : nil), seed: seed)
    // Nothing switched off is no ablation: such texts share their readings with others.
    if let ablation = request.ablation, !ablation.isEmpty { options.ablation = ablation }
    job = TextJob(
      prompts: prompts, options: options, count: best, promptAlternatives: echoes ? alternatives : nil)
    head = ResponseHead("cmpl", "text_completion", of: model, seed: seed)
  }
}

extension Int {
  /// - Throws: `APIError` naming the field if the number is outside that range.
  func check(_ field: String, in range: ClosedRange<Int>) throws(APIError) -> Int {
    guard range.contains(self) else {
      throw .field(field, found: "\(self)", expected: "\(range.lowerBound) to \(range.upperBound)")
    }
    return self
  }
}

enum Seed {
  /// The one that was given, or any; one that JavaScript's numbers hold, too.
  static func value(_ given: SeedField?) -> UInt64 { given?.bits ?? .random(in: 0..<1 << 53) }
}

extension ResponseHead {
  /// - Parameter kind: What its identifier begins with.
  init(_ kind: String, _ object: String, of model: ServedModel, seed: UInt64) {
    let digits = (0..<24).map { _ in "0123456789abcdef".randomElement() ?? "0" }
    self.init(
      id: "\(kind)-\(String(digits))", object: object, created: WallClock.seconds, model: model.name,
      seed: seed)
  }
}
