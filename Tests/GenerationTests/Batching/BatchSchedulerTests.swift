import GPT2Kernels
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer
import GPT2WeightFormats

@testable import GPT2Generation

/// Texts that come and go, against what `Generator`, which knows of no batch, writes alone.
@Suite struct BatchSchedulerTests {
  private static func model(_ format: WeightFormat = .fp32, positions: Int = 96) throws -> LanguageModel {
    let configuration = try Configuration(
      maximumSequenceLength: positions, vocabularySize: 257, layers: 2, heads: 2, channels: 32)
    let workers = Workers(count: 2)
    return try LanguageModel(
      Weights(.random(configuration, seed: 5)).encoded(as: format, on: workers), on: workers)
  }

  /// Requests of every kind: prompts from none to nearly all positions, some of which begin alike, and texts that go on
  /// beyond the positions.
  private static func requests(_ count: Int, seed: UInt64, positions: Int = 96) -> [TextRequest] {
    var random = SeededRandom(seed: seed)
    let beginning = (0..<70).map { _ in Int32.random(in: 0..<256, using: &random) }
    return (0..<count).map { index in
      let shared = [0, 0, 33, 64, 70].randomElement(using: &random) ?? 0
      let own = Int.random(in: 0...(shared == 0 ? positions : positions - 70), using: &random)
      let prompt = beginning.prefix(shared) + (0..<own).map { _ in Int32.random(in: 0..<256, using: &random) }
      let sampling = SamplingOptions(
        temperature: [0, 0.7, 1.5].randomElement(using: &random) ?? 1, topK: index % 3 == 0 ? 20 : nil,
        repetitionPenalty: index % 4 == 0 ? 1.2 : 1, seed: UInt64(index + 1))
      return TextRequest(
        prompt: Array(prompt),
        options: GenerationOptions(
          maximumTokens: Int.random(in: 1...150, using: &random), sampling: sampling, stopsAtEndOfText: false,
          alternatives: index % 5 == 0 ? 2 : nil))
    }
  }

  private static func alone(_ request: TextRequest, _ model: LanguageModel) throws -> [Int] {
    let generator = try Generator(
      model, prompt: request.prompt, endOfText: 256, maximumTokens: request.options.maximumTokens,
      sampling: request.options.sampling)
    return try (0..<request.options.maximumTokens).map { _ in try generator.next() }
  }

  private static func tokens(of text: ScheduledText) async throws -> [GeneratedToken] {
    var tokens: [GeneratedToken] = []
    for try await token in text { tokens.append(token) }
    return tokens
  }

  /// Forty texts that come when they like, at most seven at a time, some of which are given up: each of the others is what
  /// it is alone, to the token; and so with a draft.
  @Test(arguments: [WeightFormat.fp32, .q8_0], [nil, DraftKind.nGram])
  func anyArrivalsGiveEachTextAsAlone(format: WeightFormat, draft: DraftKind?) async throws {
    let model = try Self.model(format)
    let scheduler = try BatchScheduler(
      model, .byteLevel, draft: draft.map { try Draft($0, for: model) },
      limits: .init(places: 7, promptPiece: 40))
    let requests = Self.requests(40, seed: format == .fp32 ? 1 : 2)
    let found = try await withThrowingTaskGroup(of: (Int, [Int]?).self) { group in
      for (index, request) in requests.enumerated() {
        group.addTask {
          for _ in 0..<(index * 7 % 5) { await Task.yield() }
          let text = try scheduler.submit(request)
          guard index % 6 == 5 else { return (index, try await Self.tokens(of: text).map(\.token)) }
          // Given up after three tokens, one of them by letting go of it.
          let iterator = text.makeAsyncIterator()
          for _ in 0..<3 { _ = try await iterator.next() }
          if index % 12 == 5 { text.cancel() }
          return (index, nil)
        }
      }
      var found: [Int: [Int]] = [:]
      for try await (index, tokens) in group { found[index] = tokens }
      return found
    }
    for (index, request) in requests.enumerated() where index % 6 != 5 {
      #expect(try found[index] == Self.alone(request, model), "text \(index)")
    }
    await scheduler.close()
    let counts = scheduler.counts
    #expect(counts.running == 0 && counts.waiting == 0)
    #expect(counts.finished + counts.abandoned == 40)
    #expect(counts.finished >= 34)
    if Linear.packsEachRowAlike(model.precision, on: model.workers) { #expect(counts.sharedPromptTokens > 0) }
  }

  /// What the model thinks of a prompt's tokens, read in whatever pieces, is what it thinks of them as it writes: each
  /// token's log-probability behind the tokens before it.
  @Test(arguments: [1, 2, 8, 9, 41, 96])
  func promptScores(length: Int) async throws {
    let model = try Self.model()
    let scheduler = BatchScheduler(model, .byteLevel, limits: .init(promptPiece: 16))
    var random = SeededRandom(seed: UInt64(length))
    let prompt = (0..<length).map { _ in Int32.random(in: 0..<256, using: &random) }
    let request = TextRequest(
      prompt: prompt, options: GenerationOptions(maximumTokens: 0), promptAlternatives: 3)
    let text = try scheduler.submit(request)
    let scores = try await text.promptScores()
    #expect(try await Self.tokens(of: text).isEmpty)
    #expect(scores.map(\.token) == prompt.map(Int.init))
    #expect(scores[0].logProbability == nil && scores[0].alternatives.isEmpty)
    for position in 1..<max(1, length) {
      let next = try await Self.tokens(
        of: scheduler.submit(
          TextRequest(
            prompt: Array(prompt[..<position]),
            options: GenerationOptions(maximumTokens: 1, sampling: .init(temperature: 0), alternatives: 257)))
      )[0]
      let expected = try #require(next.alternatives.first { $0.token == Int(prompt[position]) })
      let found = try #require(scores[position].logProbability)
      #expect(abs(found - expected.logProbability) < 1e-4)
      #expect(scores[position].alternatives.map(\.token) == next.alternatives.prefix(3).map(\.token))
    }
    // Scoring changes nothing in what is written.
    var both = request
    both.options = GenerationOptions(maximumTokens: 30, stopsAtEndOfText: false)
    let written = try await Self.tokens(of: scheduler.submit(both)).map(\.token)
    #expect(try written == Self.alone(both, model))
  }

  @Test func aFullQueueTakesNoMore() async throws {
    let model = try Self.model()
    let scheduler = BatchScheduler(model, .byteLevel, limits: .init(places: 1, waiting: 2))
    // Its reader takes nothing, so it keeps its place.
    let endless = TextRequest(
      prompt: [1], options: GenerationOptions(maximumTokens: 1_000, stopsAtEndOfText: false))
    let first = try scheduler.submit(endless)
    while scheduler.counts.running == 0 { await Task.yield() }
    let (second, third) = (try scheduler.submit(endless), try scheduler.submit(endless))
    #expect(throws: SchedulerError.full(waiting: 2)) { try scheduler.submit(endless) }
    #expect(scheduler.counts.waiting == 2)
    // A text that is given up frees its place at once, whether it has one or waits for it.
    second.cancel()
    first.cancel()
    while scheduler.counts.waiting > 0 { await Task.yield() }
    #expect(scheduler.counts.running == 1 && scheduler.counts.abandoned == 2)
    await #expect(throws: CancellationError.self) { try await Self.tokens(of: first) }
    scheduler.cancelAll()
    await #expect(throws: CancellationError.self) { try await Self.tokens(of: third) }
    await scheduler.close()
    #expect(throws: SchedulerError.closing) { try scheduler.submit(endless) }
    #expect(scheduler.counts.keyValueBytes == 0, "nothing is held")
  }

  /// A reader that takes nothing holds nobody up, and its text waits.
  @Test func aSlowReader() async throws {
    let model = try Self.model()
    let scheduler = BatchScheduler(model, .byteLevel)
    let request = TextRequest(
      prompt: [9, 8], options: GenerationOptions(maximumTokens: 400, stopsAtEndOfText: false))
    let slow = try scheduler.submit(request)
    let quick = try await Self.tokens(of: scheduler.submit(request)).map(\.token)
    #expect(scheduler.counts.tokens < 400 + 100)
    #expect(try await Self.tokens(of: slow).map(\.token) == quick)
  }

  @Test func memoryIsBounded() async throws {
    let model = try Self.model()
    let page = KeyValuePool(for: model).shape.pageBytes
    let scheduler = BatchScheduler(
      model, .byteLevel, limits: .init(promptBytes: 0, keyValueBytes: 2 * page))
    let options = GenerationOptions(maximumTokens: 20, stopsAtEndOfText: false)
    #expect(throws: SchedulerError.needsMoreMemory(bytes: 3 * page, limit: 2 * page)) {
      try scheduler.submit(TextRequest(prompt: [Int32](repeating: 1, count: 50), options: options))
    }
    let texts = try (0..<6).map { index in
      try scheduler.submit(TextRequest(prompt: [Int32](repeating: 1, count: 20 + index), options: options))
    }
    for text in texts {
      #expect(try await Self.tokens(of: text).count == 20)
      #expect(scheduler.counts.running <= 1 && scheduler.counts.keyValueBytes <= 2 * page)
    }
  }

  /// One text's failure is nobody else's.
  @Test func aTextThatFails() async throws {
    let model = try Self.model()
    let scheduler = BatchScheduler(model, .byteLevel)
    let banned = SamplingOptions(
      logitBias: Dictionary(uniqueKeysWithValues: (0..<257).map { ($0, -.infinity) }))
    let bad = try scheduler.submit(TextRequest(prompt: [1], options: GenerationOptions(sampling: banned)))
    let good = try scheduler.submit(TextRequest(prompt: [1], options: GenerationOptions(maximumTokens: 5)))
    await #expect(throws: SamplingOptionError.everyTokenBanned(vocabularySize: 257)) {
      try await Self.tokens(of: bad)
    }
    #expect(try await !Self.tokens(of: good).isEmpty)
  }

  @Test func whatCannotBeAsked() throws {
    let scheduler = try BatchScheduler(Self.model(), .byteLevel)
    #expect(throws: ModelError.sequenceTooLong(found: 97, maximum: 96)) {
      try scheduler.submit(TextRequest(prompt: [Int32](repeating: 1, count: 97)))
    }
    #expect(throws: ModelError.tokenOutOfRange(token: 257, position: 0, vocabularySize: 257)) {
      try scheduler.submit(TextRequest(prompt: [257]))
    }
    #expect(throws: GenerationOptionError.maximumTokens(0)) {
      try scheduler.submit(TextRequest(prompt: [1], options: GenerationOptions(maximumTokens: 0)))
    }
    #expect(throws: GenerationOptionError.alternatives(-1)) {
      try scheduler.submit(TextRequest(prompt: [1], promptAlternatives: -1))
    }
    #expect(throws: StopStringError.self) {
      try scheduler.submit(TextRequest(prompt: [1], options: GenerationOptions(stopStrings: [""])))
    }
  }

  @Test func otherWorkComesBetween() async throws {
    let model = try Self.model()
    let scheduler = BatchScheduler(model, .byteLevel)
    let text = try scheduler.submit(
      TextRequest(prompt: [1], options: GenerationOptions(maximumTokens: 300, stopsAtEndOfText: false)))
    let channels = try await scheduler.run { $0.configuration.channels }
    #expect(channels == 32)
    await #expect(throws: CancellationError.self) {
      try await scheduler.run { _ in throw CancellationError() }
    }
    #expect(try await Self.tokens(of: text).count == 300)
  }
}
