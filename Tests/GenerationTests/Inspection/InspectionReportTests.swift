import GPT2BinaryFiles
import Foundation
import GPT2Kernels
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer

@testable import GPT2Generation

/// Requests and reports as JSON, and that a report has what the inspection says.
@Suite struct InspectionReportTests {
  private let model: LanguageModel
  private static let text = "Hé!"  // four bytes

  /// Of 257 tokens, as many as the tokenizer of bytes has.
  init() throws {
    let configuration = try Configuration(
      maximumSequenceLength: 24, vocabularySize: 257, layers: 2, heads: 2, channels: 32)
    model = try LanguageModel(Weights(.random(configuration, seed: 5)), on: Workers(count: 2))
  }

  private func report(_ json: String, tokenizer: Tokenizer? = .byteLevel) throws -> InspectionReport {
    try InspectionReport(of: InspectionRequest(json: json.utf8), model, tokenizer)
  }

  /// The JSON as it is printed, by Foundation.
  private func object(_ report: InspectionReport) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(report.json().utf8)) as? [String: Any])
  }

  @Test func onlyWhatWasAskedFor() throws {
    let object = try object(try report(#"{"text": "Hé!"}"#))
    #expect(Set(object.keys) == ["model", "tokens"])
    let sizes = [
      "layers": 2, "heads": 2, "channels": 32, "neurons": 128, "vocabulary_size": 257, "positions": 24,
    ]
    #expect(object["model"] as? [String: Int] == sizes)
    for (part, request) in [
      ("scores", #""scores": {}"#), ("next", #""next": {}"#), ("lens", #""lens": {}"#),
      ("attention", #""attention": [{"layer": 1}]"#), ("neurons", #""neurons": [{"layer": 1}]"#),
      ("states", #""states": [{"blocks": 2}]"#), ("embedding", #""embedding": "last""#),
    ] {
      let report = try report("{\"text\": \"Hi\", \(request)}")
      #expect(Set(try self.object(report).keys) == ["model", "tokens", part])
    }
  }

  /// A byte that is no character is there as a byte.
  @Test func tokensThatAreNoWholeCharacters() throws {
    let tokens = try #require(try object(try report(#"{"text": "Hé!"}"#))["tokens"] as? [[String: Any]])
    #expect(tokens.map { $0["id"] as? Int } == [72, 195, 169, 33])
    #expect(tokens.map { $0["text"] as? String } == ["H", "\u{FFFD}", "\u{FFFD}", "!"])
    #expect(tokens.map { $0["bytes"] as? [Int] } == [nil, [195], [169], nil])
    let bare = try report(#"{"tokens": [72, 195]}"#, tokenizer: nil)
    #expect(bare.tokens == [.init(id: 72), .init(id: 195)])
  }

  @Test func eachPartIsTheInspections() throws {
    let json = """
      {"tokens": [72, 195, 169, 33], "ablation": {"neurons": [{"layer": 0, "neuron": 3}]},
       "scores": {"top": 2}, "next": {"top": 3, "token": 7}, "lens": {"positions": [1, 3], "top": 2},
       "attention": [{"layer": 1, "heads": [1]}, {"layer": 0}],
       "neurons": [{"layer": 1, "position": 2, "top": 4, "tokens": 2, "activations": true},
                   {"layer": 0, "neurons": [9, 3], "tokens": 0}],
       "states": [{"blocks": 0, "positions": [0, 3]}, {"blocks": 2, "normalised": true}], "embedding": "mean"}
      """
    let report = try report(json)
    let inspection = try model.inspect(
      [72, 195, 169, 33],
      keeping: InspectionParts(states: [0, 1, 2, 3], attention: [0, 1], neurons: [0, 1]),
      ablation: Ablation(neurons: [.init(layer: 0, neuron: 3)]))
    let scores = try inspection.scores(alternatives: 2)
    #expect(report.scores?.map(\.id) == [195, 169, 33] && report.scores?.map(\.position) == [1, 2, 3])
    #expect(report.scores?.map(\.logProbability) == scores.map(\.logProbability))
    #expect(report.scores?.map(\.rank) == scores.map(\.rank))
    #expect(report.scores?.map { $0.likeliest?.count } == [2, 2, 2])

    let lens = try #require(report.lens)
    #expect(lens.map(\.position) == [1, 3] && lens.map { $0.target?.id } == [169, nil])
    #expect(lens[0].layers.map(\.blocks) == [0, 1, 2])
    let rankings = try inspection.lens(at: 1, top: 2)
    #expect(lens[0].layers.map(\.rank) == rankings.map { $0.target?.rank })
    #expect(lens[0].layers.map(\.logProbability) == rankings.map { $0.target?.logProbability })
    #expect(lens[1].layers.allSatisfy { $0.rank == nil && $0.likeliest.count == 2 })

    let attention = try #require(report.attention)
    #expect(attention.map(\.layer) == [1, 0, 0] && attention.map(\.head) == [1, 0, 1])
    for head in attention {
      let weights = try inspection.attention(layer: head.layer, head: head.head)
      #expect(head.weights.map(\.count) == [1, 2, 3, 4])
      for (row, expected) in zip(head.weights, weights) { #expect(row == Array(expected.prefix(row.count))) }
    }

    let neurons = try #require(report.neurons)
    #expect(neurons[0].activations == (try inspection.activations(layer: 1, at: 2)))
    let most = try inspection.mostActive(layer: 1, at: 2, top: 4)
    #expect(neurons[0].neurons.map(\.neuron) == most.map(\.neuron))
    #expect(neurons[0].neurons.map(\.activation) == most.map(\.activation))
    let effects = try model.effects(ofNeurons: most.map(\.neuron), layer: 1, top: 2)
    for (neuron, effect) in zip(neurons[0].neurons, effects) {
      #expect(neuron.promotes?.map(\.id) == effect.promotes.map(\.token))
      #expect(neuron.suppresses?.map(\.logit) == effect.suppresses.map(\.logit))
    }
    #expect(neurons[1].position == 3 && neurons[1].activations == nil)
    #expect(
      neurons[1].neurons.map(\.neuron) == [9, 3] && neurons[1].neurons.allSatisfy { $0.promotes == nil })

    let states = try #require(report.states)
    #expect(states.map(\.position) == [0, 3, 3] && states.map(\.normalised) == [false, false, true])
    #expect(states[1].values == (try inspection.hiddenState(afterBlocks: 0, at: 3)))
    #expect(states[2].values == (try inspection.hiddenState(afterBlocks: 2, at: 3, normalised: true)))
    #expect(report.embedding == .init(pooling: .mean, values: inspection.embedding()))
    let again = try JSONCoding.value(InspectionReport.self, from: report.json().utf8)
    #expect(again == report)
  }

  /// With something off, each token has its probability with all on beside it.
  @Test func nextWithAndWithoutAnAblation() throws {
    let ablation = Ablation(heads: [.init(layer: 1, head: 0)])
    let json = """
      {"text": "Hi", "next": {"top": 257, "token": 7}, "ablation": {"heads": [{"layer": 1, "head": 0}]}}
      """
    let next = try #require(try report(json).next)
    let off = try model.inspect([72, 105], ablation: ablation).next(top: 257, target: 7)
    let on = try model.inspect([72, 105]).next(top: 257, target: 7)
    #expect(next.likeliest.map(\.id) == off.likeliest.map(\.token))
    #expect(next.likeliest.map(\.logProbability) == off.likeliest.map(\.logProbability))
    #expect(next.intactLikeliest?.map(\.id) == on.likeliest.map(\.token))
    #expect(next.intactLikeliest?.map(\.intactLogProbability) == on.likeliest.map(\.logProbability))
    let values = Dictionary(uniqueKeysWithValues: on.likeliest.map { ($0.token, $0.logProbability) })
    #expect(next.likeliest.allSatisfy { $0.intactLogProbability == values[$0.id] })
    let offs = Dictionary(uniqueKeysWithValues: off.likeliest.map { ($0.token, $0.logProbability) })
    #expect(next.intactLikeliest?.allSatisfy { $0.logProbability == offs[$0.id] } == true)
    #expect(next.target?.rank == off.target?.rank && next.target?.intactLogProbability == values[7])
    #expect((next.changedTokens ?? 0) > 200)
    let plain = try #require(try report(#"{"text": "Hi", "ablation": {}, "next": {}}"#).next)
    #expect(plain.intactLikeliest == nil && plain.changedTokens == nil && plain.likeliest.count == 10)
  }

  /// A neuron of value 0 has no effect, and the report says so.
  @Test func whatWasInactiveChangesNothing() throws {
    let parameters = try Parameters.random(model.configuration, seed: 5)
    for column in 0..<32 { parameters[.fcw, 1][40][column] = 0 }
    parameters[.fcb, 1][0][40] = -100
    let model = try LanguageModel(Weights(parameters))
    let request = try InspectionRequest(
      json: """
        {"text": "Hi", "next": {}, "ablation": {"neurons": [{"layer": 1, "neuron": 40}]}, "neurons": [{"layer": 1}]}
        """.utf8)
    let report = try InspectionReport(of: request, model, .byteLevel)
    #expect(report.next?.changedTokens == 0)
    #expect(report.next?.likeliest.allSatisfy { $0.logProbability == $0.intactLogProbability } == true)
    #expect((report.neurons?.first?.inactive ?? 0) >= 1)
  }

  /// An empty text begins a document.
  @Test func texts() throws {
    #expect(try report(#"{"text": ""}"#).tokens.map(\.id) == [256])
    #expect(try report(#"{"text": "<|endoftext|>"}"#).tokens.count == 13)
    let parsed = try report(#"{"text": "<|endoftext|>", "parse_special_tokens": true, "scores": {}}"#)
    #expect(parsed.tokens.map(\.text) == ["<|endoftext|>"] && parsed.scores == [])
  }

  /// As it was written, and again.
  @Test func requestsComeBackFromJSON() throws {
    var request = InspectionRequest(text: "é\n")
    request.ablation = Ablation(neurons: [.init(layer: 1, neuron: 2)], heads: [.init(layer: 3, head: 4)])
    request.scores = .init(top: 3)
    request.next = .init(top: 4, token: 9)
    request.lens = .init(positions: [0, 5], top: 1, token: 2)
    request.attention = [.init(layer: 1, heads: [2]), .init(layer: 0)]
    request.neurons = [.init(layer: 2, position: 1, top: 3, neurons: [5], tokens: 4, activations: true)]
    request.states = [.init(blocks: 1, positions: [2], normalised: true)]
    request.embedding = .last
    #expect(try InspectionRequest(json: JSONCoding.line(request).utf8) == request)
  }

  private static let malformed: [(json: String, path: String, found: String)] = [
    ("", "line 1", "'"), ("{\"text\": \"a\"", "line 1", "'"), ("[]", "", "another kind"),
    (#"{"text": "a", "text": "b"}"#, "line 1", "text"), (#"{"text": "a"} {}"#, "line 1", "{"),
    (#"{"text": 3}"#, "text", "another kind"), (#"{"text": "a", "lense": {}}"#, "", "a member \"lense\""),
    (#"{"text": "a", "lens": {"layer": 1}}"#, "lens", "a member \"layer\""),
    (#"{"text": "a", "lens": []}"#, "lens", "another kind"),
    (#"{"text": "a", "attention": [{}]}"#, "attention[0]", "no layer"),
    (#"{"text": "a", "attention": [{"layer": null}]}"#, "attention[0].layer", "null"),
    (#"{"text": "a", "neurons": [{"layer": 1}, {"layer": "1"}]}"#, "neurons[1].layer", "another kind"),
    (#"{"text": "a", "states": [{"blocks": 1.5}]}"#, "", "a number that cannot be used"),
    (#"{"text": "a", "embedding": "median"}"#, "embedding", "cannot be used"),
    (#"{"text": "a", "ablation": {"neurons": [{"layer": 1}]}}"#, "ablation.neurons[0]", "no neuron"),
    (#"{"text": "a", "ablation": {"heads": [{"layer": 1, "neuron": 1}]}}"#, "ablation.heads[0]", "a member"),
    (#"{"text": "a", "scores": {"top": 99999999999999999999}}"#, "", "a number that cannot be used"),
  ]

  @Test(arguments: malformed)
  func whatIsNoRequest(json: String, path: String, found: String) {
    do throws(InspectionError) {
      _ = try InspectionRequest(json: json.utf8)
      Issue.record("\(json) was read")
    } catch {
      guard case .unreadable(path, let words, let expected) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(words.contains(found) && !expected.isEmpty, "\(error)")
    }
  }

  private static let refusals: [(json: String, error: InspectionError)] = [
    (#"{}"#, InspectionError.noSingleText(found: "neither text nor tokens")),
    (#"{"text": "a", "tokens": [1]}"#, .noSingleText(found: "both text and tokens")),
    (
      #"{"text": "a", "scores": {"top": 1001}}"#,
      .countOutOfRange(member: "scores.top", found: 1001, expected: 0...1000)
    ),
    (
      #"{"text": "a", "next": {"top": -1}}"#,
      .countOutOfRange(member: "next.top", found: -1, expected: 0...1000)
    ),
    (#"{"text": "a", "next": {"token": 257}}"#, .tokenOutOfRange(found: 257, vocabularySize: 257)),
    (
      #"{"text": "a", "lens": {"top": 1001}}"#,
      .countOutOfRange(member: "lens.top", found: 1001, expected: 0...1000)
    ),
    (#"{"text": "a", "lens": {"positions": [1]}}"#, .positionOutOfRange(found: 1, tokens: 1)),
    (#"{"text": "a", "lens": {"token": -1}}"#, .tokenOutOfRange(found: -1, vocabularySize: 257)),
    (#"{"text": "a", "attention": [{"layer": 2}]}"#, .layerOutOfRange(found: 2, layers: 2)),
    (#"{"text": "a", "attention": [{"layer": 1, "heads": [2]}]}"#, .headOutOfRange(found: 2, heads: 2)),
    (#"{"text": "a", "neurons": [{"layer": -1}]}"#, .layerOutOfRange(found: -1, layers: 2)),
    (#"{"text": "a", "neurons": [{"layer": 0, "position": 1}]}"#, .positionOutOfRange(found: 1, tokens: 1)),
    (
      #"{"text": "a", "neurons": [{"layer": 0, "neurons": [128]}]}"#,
      .neuronOutOfRange(found: 128, neurons: 128)
    ),
    (
      #"{"text": "a", "neurons": [{"layer": 0, "top": 1001}]}"#,
      .countOutOfRange(member: "neurons.top", found: 1001, expected: 0...1000)
    ),
    (
      #"{"text": "a", "neurons": [{"layer": 0, "tokens": -5}]}"#,
      .countOutOfRange(member: "neurons.tokens", found: -5, expected: 0...1000)
    ),
    (#"{"text": "a", "states": [{"blocks": 3}]}"#, .blocksOutOfRange(found: 3, layers: 2)),
    (
      #"{"text": "a", "states": [{"blocks": 0, "positions": [-1]}]}"#,
      .positionOutOfRange(found: -1, tokens: 1)
    ),
    (
      #"{"text": "a", "neurons": [{"layer": 0, "top": 1000, "tokens": 1000}, {"layer": 0, "top": 1000, "tokens": 600}]}"#,
      .tooManyValues(found: 1 + 1000 * 2002 + 1000 * 1202, maximum: 1 << 21)
    ),
  ]

  @Test(arguments: refusals)
  func whatThereIsNotToSee(json: String, error: InspectionError) {
    #expect(throws: error) { _ = try report(json) }
    #expect("\(error)".contains("found") && "\(error)".contains("expected"))
  }

  @Test func listsThatAreTooLong() throws {
    let positions = [Int](repeating: 0, count: 65)
    #expect(
      throws: InspectionError.countOutOfRange(
        member: "the number of lens.positions", found: 65, expected: 0...64)
    ) { _ = try report("{\"text\": \"a\", \"lens\": {\"positions\": \(positions)}}") }
    let layers = [String](repeating: "{\"layer\": 0}", count: 17).joined(separator: ",")
    #expect(
      throws: InspectionError.countOutOfRange(member: "the number of neurons", found: 17, expected: 0...16)
    ) { _ = try report("{\"text\": \"a\", \"neurons\": [\(layers)]}") }
  }

  @Test func textsThatCannotBeRead() throws {
    #expect(throws: InspectionError.noTokenizer) { _ = try report(#"{"text": "a"}"#, tokenizer: nil) }
    #expect(throws: ModelError.sequenceTooLong(found: 25, maximum: 24)) {
      _ = try report("{\"text\": \"\(String(repeating: "a", count: 25))\"}")
    }
    #expect(throws: ModelError.wrongTokenCount(found: 0, expected: 1)) { _ = try report(#"{"tokens": []}"#) }
    for token in [-1, 257, Int.max] {
      #expect(throws: ModelError.self) { _ = try report("{\"tokens\": [1, \(token)]}") }
    }
    #expect(throws: AblationError.headOutOfRange(found: 2, heads: 2)) {
      _ = try report(#"{"text": "a", "ablation": {"heads": [{"layer": 0, "head": 2}]}}"#)
    }
  }
}
