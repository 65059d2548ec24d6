import Foundation
import GPT2Generation
import TestSupport
import Testing
import GPT2Tokens

@testable import GPT2Server

/// `/v1/completions` without a socket.
@Suite struct CompletionTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  @Test func aTextIsThatOfTheBatch() async throws {
    let options = GenerationOptions(
      maximumTokens: 12, sampling: SamplingOptions(temperature: 0.7, topK: 40, topP: 0.9, minP: 0.01, seed: 9)
    )
    let model = try fixture.server.shelf.model(nil).scheduler.model
    let batch = try TextBatch(
      model, .byteLevel, prompts: [Array("Hi".utf8).map(Int32.init)], options: options)
    var expected: [GeneratedToken] = []
    while !batch.isFinished { expected += try batch.step().map(\.token) }
    let answer = try await fixture.complete(
      """
      {"prompt": "Hi", "max_tokens": 12, "temperature": 0.7, "top_k": 40, "top_p": 0.9, "min_p": 0.01, "seed": 9,
       "model": "bytes", "user": "nobody", "unknown": [1]}
      """)
    #expect(answer.status == 200)
    let json = try answer.json
    #expect(json["object"].text == "text_completion" && json["model"].text == "bytes")
    #expect(json["id"].text?.hasPrefix("cmpl-") == true && json["seed"].int == 9)
    #expect(json["choices"].list.count == 1)
    let choice = json["choices"][0]
    #expect(choice["text"].text == expected.map(\.text).joined())
    #expect(choice["finish_reason"].text == (expected.last?.finishReason == .length ? "length" : "stop"))
    #expect(choice["logprobs"].isNull && choice["index"].int == 0)
    #expect(json["usage"]["prompt_tokens"].int == 2)
    #expect(json["usage"]["completion_tokens"].int == expected.count)
    #expect(json["usage"]["total_tokens"].int == 2 + expected.count)
  }

  /// What is switched off is off while the text is written, and beside it others have all of the model.
  @Test func aTextWithoutSomeParts() async throws {
    let ablation = Ablation(
      neurons: (0..<100).map { .init(layer: 0, neuron: $0) }, heads: [.init(layer: 1, head: 0)])
    let options = GenerationOptions(
      maximumTokens: 12, sampling: SamplingOptions(temperature: 0), stopsAtEndOfText: false, alternatives: 0,
      ablation: ablation)
    let model = try fixture.server.shelf.model(nil).scheduler.model
    let batch = try TextBatch(
      model, .byteLevel, prompts: [Array("Hi".utf8).map(Int32.init)], options: options)
    var expected: [GeneratedToken] = []
    while !batch.isFinished { expected += try batch.step().map(\.token) }
    let fields = #""prompt": "Hi", "max_tokens": 12, "temperature": 0, "logprobs": 0, "ignore_eos": true"#
    let neurons = (0..<100).map { #"{"layer": 0, "neuron": \#($0)}"# }.joined(separator: ", ")
    let off = #""ablation": {"neurons": [\#(neurons)], "heads": [{"layer": 1, "head": 0}]}"#
    async let intact = fixture.complete("{\(fields)}")
    async let nothingOff = fixture.complete("{\(fields), \"ablation\": {\"neurons\": []}}")
    let list = try await fixture.complete("{\(fields), \(off)}").json["choices"][0]["logprobs"]
    #expect(list["token_logprobs"].list.map(\.number) == expected.map(\.logProbability))
    let whole = try await intact.json["choices"][0]
    #expect(whole["logprobs"]["token_logprobs"] != list["token_logprobs"])
    #expect(try await nothingOff.json["choices"][0] == whole)
  }

  /// vLLM's spelling, which tells tokens that have the same text apart.
  @Test func tokensAsIDs() async throws {
    let answer = try await fixture.complete(
      """
      {"prompt": [72, 195, 256], "echo": true, "max_tokens": 0, "logprobs": 2, "return_tokens_as_token_ids": true}
      """)
    let list = try answer.json["choices"][0]["logprobs"]
    #expect(list["tokens"].list.map(\.text) == ["token_id:72", "token_id:195", "token_id:256"])
    #expect(list["top_logprobs"][1].keys.allSatisfy { $0.hasPrefix("token_id:") })
    #expect(list["top_logprobs"][1].keys.contains("token_id:195"))
    let events = try await fixture.complete(
      """
      {"prompt": "Hi", "max_tokens": 4, "stream": true, "logprobs": 0, "return_tokens_as_token_ids": true,
       "ignore_eos": true}
      """
    ).events
    let tokens = events.flatMap { $0["choices"][0]["logprobs"]["tokens"].list.compactMap(\.text) }
    #expect(tokens.count == 4 && tokens.allSatisfy { $0.hasPrefix("token_id:") })
  }

  /// Strings, ids and lists of them are the same prompts.
  @Test func promptsInAllFourShapes() async throws {
    func texts(_ prompt: String) async throws -> [String?] {
      let answer = try await fixture.complete(
        #"{"prompt": \#(prompt), "max_tokens": 5, "temperature": 0, "ignore_eos": true}"#)
      return try answer.json["choices"].list.map(\.["text"].text)
    }
    let ab = try await texts(#""AB""#)
    #expect(ab.count == 1)
    #expect(try await texts("[65, 66]") == ab)
    #expect(try await texts(#"["AB", "C"]"#) == texts("[[65, 66], [67]]"))
    #expect(try await texts(#"["AB", "C"]"#).first == ab.first)
    // Without one a document begins, and so it does with an empty one.
    let answer = try await fixture.complete(#"{"max_tokens": 5, "temperature": 0, "ignore_eos": true}"#)
    #expect(try await texts(#""""#) == [answer.json["choices"][0]["text"].text])
  }

  /// Log-probabilities of a prompt that is echoed, by a plain GPT-2 in double precision; what lm-evaluation-harness asks.
  @Test(arguments: [0, 1, 3])
  func echoAndLogProbabilities(count: Int) async throws {
    let prompt: [Int32] = [72, 101, 108, 108, 0xC3, 0xA9, 33]
    let answer = try await fixture.complete(
      """
      {"prompt": [[72, 101, 108, 108, 195, 169, 33], [65]], "echo": true, "logprobs": \(count), "max_tokens": 1,
       "temperature": 0, "seed": 1234}
      """)
    let list = try answer.json["choices"][0]["logprobs"]
    #expect(list["tokens"].list.count == prompt.count + 1)
    #expect(
      list["tokens"].list.prefix(7).map(\.text) == ["H", "e", "l", "l", #"bytes:\xc3"#, #"bytes:\xa9"#, "!"])
    #expect(list["text_offset"].list.map(\.int) == [0, 1, 2, 3, 4, 4, 5, 6])
    #expect(list["token_logprobs"][0].isNull && list["top_logprobs"][0].isNull)
    let plain = try PlainGPT2(Fixture.parameters())
    let losses = plain.losses(of: prompt)
    for (place, loss) in losses.enumerated() {
      let found = try #require(list["token_logprobs"][place + 1].number)
      #expect(abs(found + loss) < 1e-4)
      // The likeliest, and the text's own token if it is not one of them.
      let alternatives = list["top_logprobs"][place + 1]
      #expect((1...count + 1).contains(alternatives.keys.count))
      let spelling = try #require(list["tokens"][place + 1].text)
      #expect(try #require(alternatives[spelling].number) >= found)
      let logits = plain.logits(after: Array(prompt[...place]))
      let greatest = logits.max() ?? 0
      let sum = logits.reduce(0) { $0 + exp($1 - greatest) }
      let likeliest = alternatives.keys.compactMap { alternatives[$0].number }.max() ?? 0
      if count > 0 { #expect(abs(likeliest + log(sum)) < 1e-4) }
    }
    let other = try answer.json["choices"][1]
    #expect(other["logprobs"]["token_logprobs"].list.count == 2 && other["index"].int == 1)
    #expect(other["text"].text?.hasPrefix("A") == true)
  }

  @Test func aPromptAloneCanBeScored() async throws {
    let answer = try await fixture.complete(
      #"{"prompt": "Hello", "echo": true, "logprobs": 0, "max_tokens": 0}"#)
    let json = try answer.json
    #expect(json["choices"][0]["text"].text == "Hello")
    #expect(json["choices"][0]["finish_reason"].text == "length")
    #expect(json["choices"][0]["logprobs"]["token_logprobs"].list.count == 5)
    #expect(json["usage"]["completion_tokens"].int == 0)
    let silent = try await fixture.complete(#"{"prompt": "Hello", "echo": true, "max_tokens": 0}"#)
    #expect(try silent.json["choices"][0]["text"].text == "Hello")
  }

  /// Without echo the places are those after the prompt.
  @Test func logProbabilitiesWithoutEcho() async throws {
    let answer = try await fixture.complete(
      #"{"prompt": "Hél", "logprobs": 2, "max_tokens": 3, "temperature": 0, "ignore_eos": true}"#)
    let list = try answer.json["choices"][0]["logprobs"]
    #expect(list["tokens"].list.count == 3 && list["text_offset"][0].int == 3)
    #expect(list["token_logprobs"].list.allSatisfy { ($0.number ?? 1) <= 0 })
    #expect(list["top_logprobs"].list.allSatisfy { $0.keys.count == 2 }, "greedy, so it is the likeliest")
  }

  @Test func severalTextsHaveSeedsOneAfterAnother() async throws {
    let answer = try await fixture.complete(
      #"{"prompt": ["A", "B"], "n": 3, "max_tokens": 8, "seed": 5, "ignore_eos": true}"#)
    let choices = try answer.json["choices"].list
    #expect(choices.map(\.["index"].int) == [0, 1, 2, 3, 4, 5])
    #expect(Set(choices.prefix(3).map(\.["text"].text)).count == 3)
    let alone = try await fixture.complete(
      #"{"prompt": "B", "max_tokens": 8, "seed": 6, "ignore_eos": true}"#)
    #expect(try alone.json["choices"][0]["text"].text == choices[4]["text"].text)
    // Without one each request has another, which is told.
    let first = try await fixture.complete(#"{"prompt": "A", "max_tokens": 8}"#).json["seed"].int
    let second = try await fixture.complete(#"{"prompt": "A", "max_tokens": 8}"#).json["seed"].int
    #expect(first != nil && first != second)
  }

  @Test func theBestOfSeveral() async throws {
    func texts(_ n: Int) async throws -> [(text: String?, mean: Double)] {
      let answer = try await fixture.complete(
        #"{"prompt": "A", "n": \#(n), "best_of": 6, "max_tokens": 6, "seed": 3, "logprobs": 0, "ignore_eos": true}"#
      )
      #expect(try answer.json["usage"]["completion_tokens"].int == 36)
      return try answer.json["choices"].list.map { choice in
        let values = choice["logprobs"]["token_logprobs"].list.compactMap(\.number)
        return (choice["text"].text, values.reduce(0, +) / Double(values.count))
      }
    }
    let all = try await texts(6)
    let best = try await texts(2)
    let sorted = all.map(\.mean).sorted(by: >)
    #expect(best.map(\.mean) == Array(sorted.prefix(2)))
  }

  @Test func stopStringsAndBiases() async throws {
    let biases = #""logit_bias": {"120": 100, "121": 100}"#
    let answer = try await fixture.complete(
      #"{"prompt": "A", "max_tokens": 60, "seed": 3, \#(biases), "stop": ["yyxy", "nowhere"]}"#)
    let all = try await fixture.complete(#"{"prompt": "A", "max_tokens": 60, "seed": 3, \#(biases)}"#)
    let text = try #require(try all.json["choices"][0]["text"].text)
    let end = try #require(text.range(of: "yyxy"), "the seed draws it")
    #expect(try answer.json["choices"][0]["text"].text == String(text[..<end.lowerBound]))
    #expect(try answer.json["choices"][0]["finish_reason"].text == "stop")
    let one = try await fixture.complete(
      #"{"prompt": "A", "max_tokens": 60, "seed": 3, \#(biases), "stop": "yyxy"}"#)
    #expect(try one.json["choices"][0]["text"].text == answer.json["choices"][0]["text"].text)
    let banned = try await fixture.complete(
      #"{"prompt": "A", "max_tokens": 4, "logit_bias": {"120": 100, "121": -100}}"#)
    #expect(try banned.json["choices"][0]["text"].text == "xxxx")
  }

  /// Beyond the model's positions a text goes on, as `gpt2 generate` does.
  @Test func aTextMayGrowBeyondThePositions() async throws {
    let answer = try await fixture.complete(
      #"{"prompt": "Hello", "max_tokens": 100, "temperature": 0, "ignore_eos": true}"#)
    #expect(try answer.json["usage"]["completion_tokens"].int == 100)
  }
}
