import TestSupport
import Testing

@testable import GPT2Server

/// What a request can get wrong: the status, the field and the code of each.
@Suite struct ErrorTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  static let bodies: [(body: String, status: Int, field: String?, code: String)] = [
    ("", 400, nil, "invalid_json"), ("{", 400, nil, "invalid_json"), ("[1]", 400, nil, "invalid_json"),
    (#"{"prompt": 5}"#, 400, "prompt", "invalid_value"),
    (#"{"prompt": {"a": 1}}"#, 400, "prompt", "invalid_value"),
    (#"{"prompt": ["a", 5]}"#, 400, "prompt[1]", "invalid_type"),
    (#"{"prompt": [1, "a"]}"#, 400, "prompt[1]", "invalid_type"),
    (#"{"prompt": [[1], ["a"]]}"#, 400, "prompt[1][0]", "invalid_type"),
    (#"{"prompt": [1.5]}"#, 400, "prompt[0]", "invalid_type"),
    (#"{"prompt": []}"#, 400, "prompt", "invalid_value"),
    (#"{"prompt": [257]}"#, 400, "prompt", "invalid_value"),
    (#"{"prompt": [-1]}"#, 400, "prompt", "invalid_value"),
    (#"{"prompt": "a", "max_tokens": "5"}"#, 400, "max_tokens", "invalid_type"),
    (#"{"prompt": "a", "max_tokens": 0}"#, 400, "max_tokens", "invalid_value"),
    (#"{"prompt": "a", "max_tokens": -1, "echo": true}"#, 400, "max_tokens", "invalid_value"),
    (#"{"prompt": "a", "max_tokens": 100000}"#, 400, "max_tokens", "invalid_value"),
    (#"{"prompt": "a", "temperature": "hot"}"#, 400, "temperature", "invalid_type"),
    (#"{"prompt": "a", "temperature": -1}"#, 400, "temperature", "invalid_value"),
    (#"{"prompt": "a", "top_p": 0}"#, 400, "top_p", "invalid_value"),
    (#"{"prompt": "a", "top_p": 1.5}"#, 400, "top_p", "invalid_value"),
    (#"{"prompt": "a", "top_k": -2}"#, 400, "top_k", "invalid_value"),
    (#"{"prompt": "a", "min_p": 2}"#, 400, "min_p", "invalid_value"),
    (#"{"prompt": "a", "n": 0}"#, 400, "n", "invalid_value"),
    (#"{"prompt": "a", "n": 1000}"#, 400, "n", "invalid_value"),
    (#"{"prompt": "a", "n": 2, "best_of": 1}"#, 400, "best_of", "invalid_value"),
    (#"{"prompt": "a", "best_of": 2, "stream": true}"#, 400, "best_of", "invalid_value"),
    (#"{"prompt": ["a", "b"], "n": 100}"#, 400, "prompt", "invalid_value"),
    (#"{"prompt": "a", "stop": ["1", "2", "3", "4", "5"]}"#, 400, "stop", "invalid_value"),
    (#"{"prompt": "a", "stop": ""}"#, 400, "stop", "invalid_value"),
    (#"{"prompt": "a", "stop": [5]}"#, 400, "stop[0]", "invalid_type"),
    (#"{"prompt": "a", "stop": 5}"#, 400, "stop", "invalid_type"),
    (#"{"prompt": "a", "seed": "x"}"#, 400, "seed", "invalid_type"),
    (#"{"prompt": "a", "logprobs": true}"#, 400, "logprobs", "invalid_type"),
    (#"{"prompt": "a", "logprobs": 21}"#, 400, "logprobs", "invalid_value"),
    (#"{"prompt": "a", "logprobs": -1}"#, 400, "logprobs", "invalid_value"),
    (#"{"prompt": "a", "echo": "yes"}"#, 400, "echo", "invalid_type"),
    (#"{"prompt": "a", "suffix": "b"}"#, 400, "suffix", "unsupported_value"),
    (#"{"prompt": "a", "logit_bias": {"x": 1}}"#, 400, "logit_bias", "invalid_value"),
    (#"{"prompt": "a", "logit_bias": {"257": 1}}"#, 400, "logit_bias", "invalid_value"),
    // Two keys of one token would be one or the other.
    (#"{"prompt": "a", "logit_bias": {"65": 100, "065": -100}}"#, 400, "logit_bias", "invalid_value"),
    (#"{"prompt": "a", "logit_bias": {"+65": 1}}"#, 400, "logit_bias", "invalid_value"),
    // What Foundation calls no JSON.
    (#"{"prompt": "a", "max_tokens": 1.5}"#, 400, "max_tokens", "invalid_value"),
    (#"{"prompt": "a", "max_tokens": 9223372036854775808}"#, 400, "max_tokens", "invalid_value"),
    (#"{"temperature": 1e39, "prompt": "a"}"#, 400, "temperature", "invalid_value"),
    (#"{"prompt": "a", "logit_bias": {"1": 1e39}}"#, 400, "logit_bias", "invalid_value"),
    (#"{"prompt": "a", "seed": 18446744073709551616}"#, 400, "seed", "invalid_value"),
    (#"{"prompt": "a", "max_tokens": 1.5, "n": 1.5}"#, 400, nil, "invalid_value"),
    // More than an answer may list; a stream keeps no tokens, but the scores of its prompts.
    (#"{"prompt": "a", "max_tokens": 4096, "n": 128, "logprobs": 20}"#, 400, "logprobs", "answer_too_large"),
    (
      #"{"prompt": ["\#(String(repeating: "a", count: 48))"], "echo": true, "max_tokens": 4096, "n": 16, "logprobs": 16}"#,
      400, "logprobs", "answer_too_large"
    ),
    (#"{"prompt": "a", "logit_bias": {"1": "x"}}"#, 400, "logit_bias.1", "invalid_type"),
    (#"{"prompt": "a", "presence_penalty": true}"#, 400, "presence_penalty", "invalid_type"),
    (#"{"prompt": "a", "frequency_penalty": "1"}"#, 400, "frequency_penalty", "invalid_type"),
    (#"{"prompt": "a", "repetition_penalty": 0}"#, 400, "repetition_penalty", "invalid_value"),
    (#"{"prompt": "a", "stream_options": {"include_usage": true}}"#, 400, "stream_options", "invalid_value"),
    (
      #"{"prompt": "a", "return_tokens_as_token_ids": 1}"#, 400, "return_tokens_as_token_ids",
      "invalid_type"
    ),
    (#"{"prompt": "a", "ablation": 5}"#, 400, "ablation", "invalid_type"),
    (
      #"{"prompt": "a", "ablation": {"heads": [{"layer": 0}]}}"#, 400, "ablation.heads[0].head",
      "missing_field"
    ),
    (#"{"prompt": "a", "ablation": {"heads": [{"layer": 2, "head": 0}]}}"#, 400, "ablation", "invalid_value"),
    (#"{"prompt": "a", "ablation": {"heads": [{"layer": 1, "head": 2}]}}"#, 400, "ablation", "invalid_value"),
    (
      #"{"prompt": "a", "ablation": {"neurons": [{"layer": 0, "neuron": 128}]}}"#, 400, "ablation",
      "invalid_value"
    ),
    (#"{"prompt": "a", "ablation": {"layers": []}}"#, 400, "ablation", "invalid_value"),
    (#"{"prompt": "a", "model": "nobody"}"#, 404, "model", "model_not_found"),
    (#"{"prompt": "a", "model": 5}"#, 400, "model", "invalid_type"),
  ]

  @Test(arguments: bodies)
  func completions(body: String, status: Int, field: String?, code: String) async throws {
    let answer = try await fixture.complete(body)
    #expect(answer.status == status, "\(answer.body)")
    let error = try answer.json["error"]
    #expect(error.keys == ["code", "message", "param", "type"])
    #expect(error["param"].text == field, "\(error)")
    #expect(error["code"].text == code, "\(error)")
    #expect(error["type"].text == (status == 404 ? "not_found_error" : "invalid_request_error"))
    #expect(error["message"].text?.isEmpty == false)
    // As a stream it is no stream.
    #expect(answer.headers["content-type"] == "application/json")
  }

  /// Values that mean nothing special are taken.
  @Test(arguments: [
    #""stop": null, "seed": null, "logprobs": null, "logit_bias": null, "suffix": null, "best_of": null"#,
    #""presence_penalty": 0, "frequency_penalty": 0.0, "top_k": -1, "suffix": "", "stop": []"#,
    #""seed": -5, "temperature": 0.5, "n": 1, "stream": false"#,
  ])
  func nothingSpecial(fields: String) async throws {
    let answer = try await fixture.complete(#"{"prompt": "a", "max_tokens": 1, \#(fields)}"#)
    #expect(answer.status == 200, "\(answer.body)")
  }

  @Test func aPromptThatIsTooLongIsToldWithBothNumbers() async throws {
    let long = String(repeating: "a", count: 49)
    for (path, body, field) in [
      ("/v1/completions", #"{"prompt": "\#(long)"}"#, "prompt"),
      (
        "/v1/chat/completions",
        #"{"model": "talker", "messages": [{"role": "user", "content": "\#(long)"}]}"#,
        "messages"
      ),
    ] {
      let answer = try await fixture.post(path, body)
      #expect(answer.status == 400)
      let error = try answer.json["error"]
      #expect(error["code"].text == "context_length_exceeded" && error["param"].text == field)
      #expect(error["message"].text?.contains("at most 48") == true)
      #expect(error["message"].text?.contains(field == "prompt" ? "49" : "54") == true)
    }
  }

  @Test func pathsAndMethods() async throws {
    #expect(try await fixture.get("/nowhere").status == 404)
    #expect(try await fixture.get("/nowhere").json["error"]["code"].text == "unknown_url")
    #expect(try await fixture.get("/v1/completions").status == 405)
    #expect(try await fixture.post("/health", "").status == 405)
    #expect(try await fixture.get("/v1/models/nobody").status == 404)
  }

  @Test func keys() async throws {
    let fixture = try Fixture(keys: ["first", "second"])
    for path in ["/v1/models", "/metrics", "/tokenizer_info"] {
      let answer = try await fixture.get(path)
      #expect(answer.status == 401 && answer.headers["www-authenticate"] == "Bearer")
      #expect(try answer.json["error"]["code"].text == "invalid_api_key")
      for wrong in ["Bearer firs", "Bearer firstt", "Bearer ", "first", "Basic first"] {
        #expect(try await fixture.get(path, headers: ["authorization": wrong]).status == 401)
      }
      for right in ["Bearer first", "bearer second"] {
        #expect(try await fixture.get(path, headers: ["authorization": right]).status == 200)
      }
    }
    #expect(try await fixture.get("/health").status == 200)
  }

  @Test func otherOrigins() async throws {
    let closed = try await fixture.get("/health", headers: ["origin": "https://a.example"])
    #expect(closed.status == 403 && closed.headers["access-control-allow-origin"] == nil)
    #expect(try closed.json["error"]["code"].text == "foreign_origin")
    let fixture = try Fixture(origins: ["https://a.example"])
    let origin = ["origin": "https://a.example"]
    let open = try await fixture.get("/health", headers: origin)
    #expect(
      open.headers["access-control-allow-origin"] == "https://a.example" && open.headers["vary"] == "Origin")
    let other = try await fixture.get("/health", headers: ["origin": "https://b.example"])
    #expect(other.headers["access-control-allow-origin"] == nil)
    let asked = try await Answer(
      fixture.server.answer(APIRequest("OPTIONS", "/v1/completions", headers: origin)))
    #expect(
      asked.status == 204 && asked.headers["access-control-allow-headers"] == "Authorization, Content-Type")
    let refused = try await Answer(
      fixture.server.answer(APIRequest("OPTIONS", "/", headers: ["origin": "https://b.example"])))
    #expect(refused.status == 403)
    #expect(try refused.json["error"]["code"].text == "foreign_origin")
  }

  /// A page whose name was given this machine's address is of the same origin for its browser (DNS rebinding).
  @Test(arguments: [
    ("http://127.0.0.1:8080", "127.0.0.1:8080", true), ("http://localhost:8080", "localhost:8080", true),
    ("https://[::1]:8080", "[::1]:8080", true), ("http://box", "box", true),
    ("http://Box.local:80", "box.local:80", true), ("http://evil.example:8080", "evil.example:8080", false),
    ("http://192.168.0.7", "127.0.0.1:8080", false), ("http://127.0.0.1:9090", "127.0.0.1:8080", false),
    ("http://1.2.3.example", "1.2.3.example", false), ("http://1.2.3.256", "1.2.3.256", false),
    ("null", "127.0.0.1:8080", false), ("http://", "", false),
    ("http://evil.example.", "evil.example.", false),
  ])
  func itsOwnPages(origin: String, host: String, isAdmitted: Bool) async throws {
    let headers = ["origin": origin, "host": host]
    let body = #"{"prompt": "a", "max_tokens": 1}"#
    let answer = try await fixture.post("/v1/completions", body, headers: headers)
    #expect(answer.status == (isAdmitted ? 200 : 403))
    let named = try Fixture(origins: [origin])
    #expect(try await named.post("/v1/completions", body, headers: headers).status == 200)
    // A page does not have the key.
    let guarded = try Fixture(keys: ["k"])
    let withKey = headers.merging(["authorization": "Bearer k"]) { $1 }
    #expect(try await guarded.post("/v1/completions", body, headers: withKey).status == 200)
  }

  /// As it is told back.
  @Test func aSeedOf64Bits() async throws {
    let below = try await fixture.complete(#"{"prompt": "a", "max_tokens": 5, "seed": -1}"#)
    let above = try await fixture.complete(#"{"prompt": "a", "max_tokens": 5, "seed": 18446744073709551615}"#)
    #expect(below.status == 200 && above.status == 200)
    #expect(below.body.contains(#""seed":18446744073709551615"#))
    #expect(try below.json["choices"] == above.json["choices"])
  }

  @Test func aServerThatStopsRefuses() async throws {
    fixture.server.stopAccepting()
    let answer = try await fixture.complete(#"{"prompt": "a"}"#)
    #expect(answer.status == 503 && answer.headers["retry-after"] == "5")
    #expect(try answer.json["error"]["code"].text == "server_closing")
    #expect(try await fixture.get("/health").status == 503)
  }
}
