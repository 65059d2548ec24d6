import Foundation
import GPT2Generation
import GPT2Kernels
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer

@testable import GPT2Server

/// All routes but completions, without a socket.
@Suite struct OtherRouteTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  @Test func models() async throws {
    let list = try await fixture.get("/v1/models").json
    #expect(list["object"].text == "list" && list["data"].list.map(\.["id"].text) == ["bytes", "talker"])
    let one = try await fixture.get("/v1/models/talker").json
    #expect(one["object"].text == "model" && one["max_model_len"].int == 48)
    #expect((one["created"].int ?? 0) > 1_600_000_000 && one["revision"].int == 1)
    try await fixture.server.shelf.reload()
    #expect(try await fixture.get("/v1/models/talker").json["revision"].int == 2)
  }

  @Test func tokenizer() async throws {
    let tokens = try await fixture.post(
      "/tokenize", #"{"prompt": "Aé<|endoftext|>", "add_special_tokens": false, "return_token_strs": true}"#
    ).json
    #expect(tokens["tokens"].list.map(\.int) == [65, 195, 169, 256] && tokens["count"].int == 4)
    #expect(
      tokens["token_strs"].list.map(\.text) == ["A", #"bytes:\xc3"#, #"bytes:\xa9"#, "<|endoftext|>"])
    let text = try await fixture.post("/detokenize", #"{"tokens": [65, 195, 169, 256]}"#).json
    #expect(text["prompt"].text == "Aé<|endoftext|>")
    let wrong = try await fixture.post("/detokenize", #"{"tokens": [65, 257]}"#)
    #expect(wrong.status == 400)
    #expect(try wrong.json["error"]["param"].text == "tokens")
    let missing = try await fixture.post("/tokenize", #"{"text": "A"}"#)
    #expect(try missing.json["error"]["code"].text == "missing_field")
    let info = try await fixture.get("/tokenizer_info").json
    #expect(info["eos_token"].text == "<|endoftext|>" && info["bos_token"].text == "<|endoftext|>")
    #expect(info["vocab_size"].int == 257 && info["model_max_length"].int == 48)
  }

  @Test func health() async throws {
    let health = try await fixture.get("/health").json
    #expect(health["status"].text == "ok" && health["models"].list.count == 2)
    #expect(health["models"][0]["places"].int == 64 && health["models"][0]["running"].int == 0)
  }

  @Test func chats() async throws {
    let request = """
      "model": "talker", "messages": [{"role": "system", "content": "S"},
      {"role": "user", "content": [{"type": "text", "text": "<|endoftext|>"}]}], "max_tokens": 6, "seed": 4,
      "ignore_eos": true
      """
    let answer = try await fixture.post(
      "/v1/chat/completions", "{\(request), \"logprobs\": true, \"top_logprobs\": 2}")
    #expect(answer.status == 200, "\(answer.body)")
    let json = try answer.json
    #expect(
      json["object"].text == "chat.completion" && json["choices"][0]["message"]["role"].text == "assistant")
    // People's marks are spelt out, so that 13 tokens are no one token.
    #expect(json["usage"]["prompt_tokens"].int == "S|Q:<|endoftext|>\nA:".utf8.count)
    // The text is that of the same prompt by ids.
    let ids = Array("S|Q:<|endoftext|>\nA:".utf8)
    let same = try await fixture.complete(
      #"{"model": "talker", "prompt": \#(ids), "max_tokens": 6, "seed": 4, "ignore_eos": true}"#)
    #expect(json["choices"][0]["message"]["content"] == (try same.json["choices"][0]["text"]))
    let tokens = json["choices"][0]["logprobs"]["content"].list
    #expect(tokens.count == 6 && tokens.allSatisfy { $0["top_logprobs"].list.count == 2 })
    #expect(tokens.allSatisfy { $0["bytes"].list.count == 1 && ($0["logprob"].number ?? 1) <= 0 })
    let events = try await fixture.post("/v1/chat/completions", "{\(request), \"stream\": true}").events
    #expect(events[0]["choices"][0]["delta"]["role"].text == "assistant")
    let parts = events.compactMap { $0["choices"][0]["delta"]["content"].text }
    #expect(parts.joined() == json["choices"][0]["message"]["content"].text)
    #expect(events.last?["choices"][0]["finish_reason"].text == "length")
    #expect(events.allSatisfy { $0["object"].text == "chat.completion.chunk" })
  }

  @Test(arguments: [
    (#"{"messages": [{"role": "user", "content": "a"}]}"#, "model", "no_chat_template"),
    (#"{"model": "talker", "messages": []}"#, "messages", "invalid_value"),
    (#"{"model": "talker"}"#, "messages", "missing_field"),
    (#"{"model": "talker", "messages": [{"role": "tool", "content": "a"}]}"#, "messages", "invalid_value"),
    (#"{"model": "talker", "messages": [{"role": "user"}]}"#, "messages[0].content", "missing_field"),
    (
      #"{"model": "talker", "messages": [{"role": "user", "content": [{"type": "image_url"}]}]}"#, "messages",
      "unsupported_value"
    ),
    (
      #"{"model": "talker", "messages": [{"role": "user", "content": "a"}], "top_logprobs": 2}"#,
      "top_logprobs",
      "invalid_value"
    ),
  ])
  func chatErrors(body: String, field: String, code: String) async throws {
    let answer = try await fixture.post("/v1/chat/completions", body)
    #expect(answer.status == 400)
    #expect(try answer.json["error"]["param"].text == field, "\(answer.body)")
    #expect(try answer.json["error"]["code"].text == code)
  }

  @Test func embeddings() async throws {
    func ask(_ fields: String) async throws -> Answer {
      try await fixture.post("/v1/embeddings", "{\(fields)}")
    }
    let answer = try await ask(#""input": ["AB", "C"], "dimensions": 32"#).json
    #expect(answer["object"].text == "list" && answer["usage"]["prompt_tokens"].int == 3)
    // What they are is proven where they are made.
    let model = try LanguageModel(Weights(Fixture.parameters()), on: Workers(count: 2))
    let expected = try [[65, 66], [67]].map { try model.inspect($0).embedding() }
    #expect(
      answer["data"].list.map { $0["embedding"].list.compactMap(\.number).map { Float($0) } } == expected)
    #expect(answer["data"].list.map(\.["index"].int) == [0, 1])
    let ids = try await ask(#""input": [65, 66], "encoding_format": "base64""#).json
    let bytes = try #require(ids["data"][0]["embedding"].text.flatMap { Data(base64Encoded: $0) })
    #expect(Array(bytes) == Fixtures.littleEndian(expected[0].map(\.bitPattern)))
    for (fields, field) in [
      (#""input": []"#, "input"), (#""input": """#, "input"), (#""input": [[1], []]"#, "input"),
      (#""input": 5"#, "input"), (#""other": 5"#, "input"),
      (#""input": "a", "dimensions": 16"#, "dimensions"),
      (#""input": "a", "encoding_format": "hex""#, "encoding_format"),
      (#""input": "\#(String(repeating: "a", count: 49))""#, "input"),
    ] {
      let answer = try await ask(fields)
      #expect(answer.status == 400)
      #expect(try answer.json["error"]["param"].text == field, "\(answer.body)")
    }
  }

  /// What the library says, by name or of the first model; what is wrong with a request is said.
  @Test func inspection() async throws {
    let request = #"{"text": "AB", "scores": {"top": 2}, "attention": [{"layer": 1, "heads": [0]}]}"#
    let model = try LanguageModel(Weights(Fixture.parameters()), on: Workers(count: 2))
    let expected = try InspectionReport(of: InspectionRequest(json: request.utf8), model, .byteLevel).json()
    for path in ["/inspect", "/inspect/talker"] {
      let answer = try await fixture.post(path, request)
      #expect(answer.status == 200 && answer.body == expected)
    }
    #expect(try await fixture.post("/inspect/nobody", request).status == 404)
    #expect(try await fixture.get("/inspect").status == 405)
    for (body, words) in [
      (#"{"text": "A", "heads": 1}"#, "heads"), (#"{"text": "A", "attention": [{"layer": 2}]}"#, "layer 2"),
      (#"{"scores": {}}"#, "text"), (#"{"tokens": [257]}"#, "257"), ("[1", "line 1"),
      (#"{"text": "A", "ablation": {"heads": [{"layer": 0, "head": 2}]}}"#, "head 2"),
      (#"{"text": "\#(String(repeating: "a", count: 49))"}"#, "49"),
    ] {
      let answer = try await fixture.post("/inspect", body)
      #expect(answer.status == 400)
      #expect(try answer.json["error"]["message"].text?.contains(words) == true, "\(answer.body)")
    }
  }

  @Test func metrics() async throws {
    _ = try await fixture.complete(#"{"prompt": "Hello", "max_tokens": 4, "ignore_eos": true}"#)
    _ = try await fixture.get("/nowhere")
    let answer = try await fixture.get("/metrics")
    #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
    let lines = Set(answer.body.split(separator: "\n").map(String.init))
    for line in [
      #"gpt2_requests_total{route="/v1/completions",status="200"} 1"#,
      #"gpt2_requests_total{route="unknown",status="404"} 1"#, "# TYPE gpt2_first_token_seconds histogram",
      #"gpt2_prompt_tokens_total{model="bytes"} 5"#, #"gpt2_written_tokens_total{model="bytes"} 4"#,
      #"gpt2_first_token_seconds_count{model="bytes"} 1"#, #"gpt2_tokens_per_second_count{model="bytes"} 1"#,
      #"gpt2_texts_running{model="bytes"} 0"#, #"gpt2_places{model="talker"} 64"#,
      #"gpt2_first_token_seconds_bucket{model="bytes",le="+Inf"} 1"#,
    ] { #expect(lines.contains(line), "\(line) is not in \(answer.body)") }
  }

  @Test func histogramsCountUpToEachBound() {
    var histogram = Histogram(bounds: [1, 2])
    for value in [0.5, 1, 1.5, 7] { histogram.record(value) }
    #expect(histogram.counts == [2, 3] && histogram.count == 4 && histogram.sum == 10)
  }

  @Test func logsHaveNoPromptsUnlessAsked() async throws {
    _ = try await fixture.complete(#"{"prompt": "secret", "max_tokens": 1}"#)
    #expect(!"\(fixture.records.all)".contains("secret"))
    let open = try Fixture(logsPrompts: true)
    _ = try await open.complete(#"{"prompt": "secret", "max_tokens": 1}"#)
    #expect(open.records.all.first?.body?.contains("secret") == true)
  }
}
