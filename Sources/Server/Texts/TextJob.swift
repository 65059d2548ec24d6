import GPT2Generation

/// The texts that one request asks for: `count` of each prompt.
struct TextJob: Sendable {
  let prompts: [[Int32]]
  /// Of each prompt's first text; each further text's seed is one higher, whichever other prompts there are.
  let options: GenerationOptions
  let count: Int
  /// How many alternatives of the prompts' own tokens are told; `nil` if they are not scored.
  let promptAlternatives: Int?

  /// The prompt of a text; those of one prompt stand together.
  func prompt(of place: Int) -> [Int32] { prompts[place / count] }

  var promptTokens: Int { prompts.reduce(0) { $0 + $1.count } }

  /// What an answer keeps until it is written down: of a stream the prompts' scores alone, else also the tokens that may
  /// be written, each with its alternatives.
  private func values(isStreamed: Bool) -> Int {
    let scored = promptAlternatives.map { promptTokens * ($0 + 1) } ?? 0
    let written = prompts.count * options.maximumTokens * ((options.alternatives ?? 0) + 1)
    return count * (isStreamed ? scored : scored + written)
  }

  /// That no answer takes more memory, or more time to be written down, than others can wait for.
  ///
  /// - Throws: `APIError`
  func check(_ limits: ServerLimits, isStreamed: Bool) throws(APIError) {
    let values = values(isStreamed: isStreamed)
    guard values <= limits.values else {
      throw APIError(
        400,
        "found \(values) tokens and alternatives that the answer may list, expected at most \(limits.values); ask for "
          + "fewer texts, tokens or alternatives" + (isStreamed ? "" : ", or for a stream"),
        parameter: options.alternatives == nil ? "max_tokens" : "logprobs", code: "answer_too_large")
    }
  }

  /// Queues all of them, or none.
  ///
  /// - Throws: What `BatchScheduler.submit` throws.
  func submit(to scheduler: BatchScheduler) throws -> SubmittedTexts {
    var texts: [ScheduledText?] = []
    do {
      for place in 0..<prompts.count * count { texts.append(try submit(place, to: scheduler)) }
    } catch {
      for text in texts { text?.cancel() }
      throw error
    }
    return SubmittedTexts(texts, countOfEach: count, areScored: prompts.map { scores($0) })
  }

  /// - Returns: `nil` where there is nothing to read or write.
  private func submit(_ place: Int, to scheduler: BatchScheduler) throws -> ScheduledText? {
    let prompt = prompt(of: place)
    var options = options
    options.sampling.seed &+= UInt64(place % count)
    // One of a prompt's texts is enough to score it.
    let isScored = place % count == 0 && scores(prompt)
    guard isScored || options.maximumTokens > 0 else { return nil }
    return try scheduler.submit(
      TextRequest(
        prompt: prompt, options: options, promptAlternatives: isScored ? promptAlternatives : nil))
  }

  private func scores(_ prompt: [Int32]) -> Bool { promptAlternatives != nil && !prompt.isEmpty }
}
