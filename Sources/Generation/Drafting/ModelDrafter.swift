import RandomNumbers
import Transformer

/// Proposes what a smaller model writes, with the options and random numbers of the texts.
///
/// It has no cache of its own. The two models' keys and values differ by rounding alone, so it reads on in the checking
/// model's cache, where its own entries stand behind those that count, until they are taken back and written over. That
/// spares reading prompts a second time, half the memory, and following the text where it is cut back or begins anew;
/// and the context that it sees is not rounded.
struct ModelDrafter: Drafter {
  private let model: LanguageModel
  private let pass: InferencePass
  private var sampler: TokenSampler

  init(
    _ model: LanguageModel, _ sampling: SamplingOptions, vocabularySize: Int
  ) throws(SamplingOptionError) {
    self.model = model
    pass = InferencePass(model.configuration)
    sampler = try TokenSampler(sampling, vocabularySize: vocabularySize)
  }

  mutating func propose(for texts: [DraftRequest]) throws -> [[Int32]] {
    let counts = texts.map(\.cache.count)
    defer { for (text, count) in zip(texts, counts) { text.cache.truncate(to: count) } }
    var drafts = texts.map { GrowingDraft($0) }
    while true {
      let growing = drafts.indices.filter { drafts[$0].isGrowing }
      guard !growing.isEmpty else { return drafts.map(\.proposals) }
      try model.read(growing.map { drafts[$0].unread }, in: pass)
      for (place, index) in growing.enumerated() { draw(place, &drafts[index]) }
    }
  }

  private mutating func draw(_ place: Int, _ draft: inout GrowingDraft) {
    sampler.generator = draft.generator
    if let sampled = try? sampler.sample(
      sampler.known(of: pass.logits(of: place)), history: draft.tokens)
    {
      draft.append(Int32(sampled.token), sampler.generator)
    } else {
      // Rounding has made a number too large, or the options leave no token; the model itself will tell.
      draft.isEnded = true
    }
  }
}

/// A text with the proposals so far.
private struct GrowingDraft {
  let request: DraftRequest
  private(set) var tokens: [Int32]
  private(set) var generator: XorShift?
  var isEnded = false

  init(_ request: DraftRequest) {
    self.request = request
    tokens = request.tokens
    generator = request.generator
  }

  var isGrowing: Bool { !isEnded && tokens.count - request.tokens.count < request.limit }
  var proposals: [Int32] { Array(tokens[request.tokens.count...]) }
  var unread: LanguageModel.SequenceInput { LanguageModel.SequenceInput(request.cache, tokens.suffix(1)) }

  mutating func append(_ token: Int32, _ generator: XorShift?) {
    tokens.append(token)
    self.generator = generator
  }
}
