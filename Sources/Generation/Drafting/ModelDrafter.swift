import GPT2Kernels
import GPT2Transformer

/// Proposes what a smaller model writes, with the options and random numbers of each text.
///
/// It has no cache of its own. The two models' keys and values differ by rounding alone, so it reads on in the checking
/// model's cache, where its own entries stand behind those that count, until they are taken back and written over. That
/// spares reading prompts a second time, half the memory, and following the text where it is cut back or begins anew;
/// and the context that it sees is not rounded.
struct ModelDrafter: Drafter {
  private let model: LanguageModel
  private let pass: InferencePass

  init(_ model: LanguageModel) {
    self.model = model
    pass = InferencePass(model.configuration)
  }

  mutating func propose(for texts: [DraftRequest]) throws -> [[Int32]] {
    let counts = texts.map(\.cache.count)
    defer { for (text, count) in zip(texts, counts) { text.cache.truncate(to: count) } }
    var drafts = texts.map { GrowingDraft($0) }
    while true {
      let growing = drafts.indices.filter { drafts[$0].isGrowing }
      guard !growing.isEmpty else { return drafts.map(\.proposals) }
      try model.read(growing.map { drafts[$0].unread }, as: .alone, in: pass)
      for (place, index) in growing.enumerated() { draw(place, &drafts[index]) }
    }
  }

  private func draw(_ place: Int, _ draft: inout GrowingDraft) {
    let logits = draft.sampler.known(of: pass.logits(of: place))
    if let sampled = try? draft.sampler.sample(logits, history: draft.tokens, written: draft.written) {
      draft.tokens.append(Int32(sampled.token))
    } else {
      // Rounding has made a number too large, or the options leave no token; the model itself will tell.
      draft.isEnded = true
    }
  }
}

/// A text with the proposals so far.
private struct GrowingDraft {
  let request: DraftRequest
  var tokens: [Int32]
  var sampler: TokenSampler
  var isEnded = false

  init(_ request: DraftRequest) {
    self.request = request
    tokens = request.tokens
    sampler = request.sampler
  }

  var written: Int { request.written + tokens.count - request.tokens.count }
  var isGrowing: Bool { !isEnded && tokens.count - request.tokens.count < request.limit }
  var proposals: [Int32] { Array(tokens[request.tokens.count...]) }
  var unread: LanguageModel.SequenceInput { LanguageModel.SequenceInput(request.cache, tokens.suffix(1)) }
}
