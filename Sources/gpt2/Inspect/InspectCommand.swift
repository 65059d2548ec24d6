import ArgumentParser
import GPT2BinaryFiles
import GPT2Generation
import GPT2Kernels
import GPT2Terminal
import GPT2Tokens
import GPT2Transformer

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Look inside a model while it reads a text.",
    discussion: """
        gpt2 inspect --model gpt2_124M.bin --tokenizer gpt2_tokenizer.bin \\
          --prompt 'The capital of France is' --lens --attention 5:1

      What is asked for is shown: how likely each token of the text was (--scores), what may come next (--next), \
      what the model would say behind each block (--lens), where heads look (--attention), the most active neurons of a \
      layer with the tokens that they push up and down (--neurons). Without any of these, --scores and --next.

      --neurons-off and --heads-off switch parts of the model off, and --next then shows what that changes.

      Layers, heads, neurons and positions count from 0. --json prints one object, and --request takes all that can be \
      asked for as one; GPT2Kit's page Inspection describes both.
      """)

  @OptionGroup var inference: InferenceOptions

  @OptionGroup(title: "Text") var prompt: PromptOptions

  @OptionGroup(title: "Text") var specialTokens: SpecialTokenOptions

  @Flag(help: "How likely each token of the text was, and its rank.")
  var scores = false

  @Flag(help: "What may come next.")
  var next = false

  @Flag(help: "The logit lens: what the model would say behind each block, at one position.")
  var lens = false

  @Option(
    help: ArgumentHelp(
      "Where these heads look. With --json all weights, else the most looked at.", valueName: "layer:head,…"))
  var attention: PlaceList?

  @Option(help: ArgumentHelp("The most active neurons of a layer, at one position.", valueName: "layer"))
  var neurons: Int?

  @Option(
    help: ArgumentHelp("The position for --lens and --neurons; the last if not given.", valueName: "position")
  )
  var at: Int?

  @Option(
    help: "With --json: a vector for the whole text, the mean of its tokens' last states, or the last's.")
  var embedding: Pooling?

  @Option(help: "How many tokens or neurons to list.")
  var top = 5

  @Option(
    help: ArgumentHelp(
      "Instead of a text and all of these: a file with a request in JSON; - for standard input.",
      valueName: "file"),
    completion: .file(extensions: ["json"]))
  var request: String?

  @OptionGroup(title: "Switched off") var switchedOff: AblationOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var detail: DetailOptions

  /// Than scores and what comes next.
  private var asksForMore: Bool { lens || attention != nil || neurons != nil || embedding != nil }

  func validate() throws {
    try top.check("--top", from: 0, to: 1000)
    if at != nil && !lens && neurons == nil {
      throw ValidationError("--at is for --lens and --neurons, of which none was given.")
    }
    if request != nil && (scores || next || asksForMore || prompt.isGiven || switchedOff.ablation != nil) {
      throw ValidationError(
        "--request says all that is asked for: give it without a text, parts to show and to switch off.")
    }
    if embedding != nil && !json { throw ValidationError("--embedding is only printed with --json.") }
  }

  func run() throws {
    let report = try request.map(answer) ?? answerOptions()
    if json { return try Output.write(try report.json() + "\n") }
    try InspectionPrinter(report).print()
  }

  private func answerOptions() throws -> InspectionReport {
    try prompt.checkFile()
    let (model, tokenizer) = try inference.load(needingTokenizer: prompt.promptTokens == nil)
    let positions = model.configuration.maximumSequenceLength
    let bytes = try prompt.read(forPositions: positions)
    var tokens: [Int32] = []
    if let given = prompt.promptTokens {
      tokens = try given.checked(below: model.configuration.vocabularySize)
    } else if let tokenizer {
      tokens = try tokenizer.encode(
        bytes ?? [], parsingSpecialTokens: specialTokens.parses(with: tokenizer)
      ).map(Int32.init)
      if tokens.isEmpty { tokens = [Int32(tokenizer.endOfText)] }
    }
    tokens = prompt.cropped(tokens, to: positions)
    return try InspectionReport(of: options(tokens.map(Int.init)), model, tokenizer)
  }

  private func answer(_ path: String) throws -> InspectionReport {
    let request = try InspectionRequest(fromFile: path)
    let (model, tokenizer) = try inference.load(needingTokenizer: request.text != nil)
    return try InspectionReport(of: request, model, tokenizer)
  }

  private func options(_ tokens: [Int]) -> InspectionRequest {
    var request = InspectionRequest(tokens: tokens)
    request.ablation = switchedOff.ablation
    if scores || !(asksForMore || next) { request.scores = .init(top: top) }
    if next || !(asksForMore || scores) { request.next = .init(top: top) }
    if lens { request.lens = .init(positions: at.map { [$0] }, top: top) }
    request.attention = (attention?.places ?? []).map { .init(layer: $0.layer, heads: [$0.number]) }
    if let neurons { request.neurons = [.init(layer: neurons, position: at, top: top)] }
    request.embedding = embedding
    return request
  }
}

extension Pooling: ExpressibleByArgument {}

extension InspectionRequest {
  /// - Parameter path: - for standard input.
  /// - Throws: `FileError`, also for what is no request.
  fileprivate init(fromFile path: String) throws(FileError) {
    let bytes = try InputFile.bytes(
      path, atMost: 64 << 20, expected: "a request", advice: "ask for less at a time")
    do throws(InspectionError) {
      try self.init(json: bytes)
    } catch {
      throw FileError(InputFile.name(path), error.fileCause)
    }
  }
}

extension InspectionError {
  fileprivate var fileCause: FileError.Cause {
    guard case .unreadable(let path, let found, let expected) = self else {
      return .mismatch(found: "\(self)", expected: "a request", advice: "correct it")
    }
    return .mismatch(
      found: path.isEmpty ? found : "\(found) at \(path)", expected: expected, advice: "correct the request")
  }
}
