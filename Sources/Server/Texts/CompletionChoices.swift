import GPT2Generation
import GPT2Tokens

/// Makes the choices of completions, piece by piece or whole.
struct CompletionChoices {
  let plan: CompletionPlan
  /// Of each text that has begun.
  private var lists: [Int: LogProbabilityList] = [:]

  init(_ plan: CompletionPlan) { self.plan = plan }

  /// What a text begins with: its prompt if it is echoed, with what is known of its tokens.
  mutating func begin(
    _ place: Int, _ scores: [PromptToken]
  ) -> (text: String, list: CompletionLogProbabilities?) {
    let prompt = plan.job.prompt(of: place)
    let tokenizer = plan.model.tokenizer
    var list = plan.alternatives.map {
      LogProbabilityList(
        TokenSpelling(tokenizer: tokenizer, asIDs: plan.listsTokenIDs), count: $0,
        after: plan.echoes ? [] : prompt)
    }
    let scored = list?.add(plan.echoes ? scores : [])
    lists[place] = list
    let text = plan.echoes ? String(decoding: tokenizer.decode(prompt.map(Int.init)), as: UTF8.self) : ""
    return (text, scored)
  }

  /// What is known of tokens that a text goes on with.
  mutating func add(_ tokens: [GeneratedToken], to place: Int) -> CompletionLogProbabilities? {
    lists[place]?.add(tokens)
  }

  /// Those that are kept of texts that have ended, the best of each prompt's first.
  mutating func choices(of texts: [SubmittedTexts.Finished]) -> [CompletionChoice] {
    let count = plan.job.count
    var choices: [CompletionChoice] = []
    for start in stride(from: 0, to: texts.count, by: count) {
      var places = Array(start..<start + count)
      if plan.kept < count {
        places.sort { (-texts[$0].meanLogProbability, $0) < (-texts[$1].meanLogProbability, $1) }
      }
      for place in places.prefix(plan.kept) {
        choices.append(choice(choices.count, place, texts[place]))
      }
    }
    return choices
  }

  private mutating func choice(
    _ index: Int, _ place: Int, _ finished: SubmittedTexts.Finished
  ) -> CompletionChoice {
    let beginning = begin(place, finished.scores)
    let more = add(finished.tokens, to: place)
    return CompletionChoice(
      index: index, text: beginning.text + finished.text,
      logProbabilities: beginning.list.map { $0 + (more ?? CompletionLogProbabilities()) },
      finishReason: finished.finishReason)
  }
}
