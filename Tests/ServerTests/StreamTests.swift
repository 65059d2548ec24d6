import GPT2Generation
import TestSupport
import Testing

@testable import GPT2Server

/// Streamed answers without a socket.
@Suite struct StreamTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  /// All that is in the events is what is in the whole answer.
  @Test(arguments: [
    #""prompt": "Hi", "max_tokens": 30"#, #""prompt": "Hi", "n": 3, "max_tokens": 9, "logprobs": 2"#,
    #""prompt": ["Hi", "é"], "n": 2, "echo": true, "logprobs": 1, "max_tokens": 5"#,
    #""prompt": "Hi", "echo": true, "max_tokens": 3"#, #""prompt": "Hi", "echo": true, "max_tokens": 0"#,
    #""prompt": "Hi", "echo": true, "logprobs": 1, "max_tokens": 0"#, #""max_tokens": 3, "echo": true"#,
  ])
  func partsMakeTheWhole(fields: String) async throws {
    let fields = fields + #", "seed": 11, "temperature": 1.5, "ignore_eos": true"#
    let whole = try await fixture.complete("{\(fields)}").json
    let answer = try await fixture.complete(
      #"{\#(fields), "stream": true, "stream_options": {"include_usage": true}}"#)
    #expect(answer.headers["content-type"] == "text/event-stream")
    let events = try answer.events
    #expect(events.last?["usage"] == whole["usage"])
    #expect(events.last?["choices"].list.isEmpty == true)
    for choice in whole["choices"].list {
      let parts = events.flatMap(\.["choices"].list).filter { $0["index"] == choice["index"] }
      #expect(parts.compactMap(\.["text"].text).joined() == choice["text"].text)
      #expect(parts.last?["finish_reason"] == choice["finish_reason"])
      #expect(parts.dropLast().allSatisfy { $0["finish_reason"].isNull })
      for name in ["tokens", "token_logprobs", "top_logprobs", "text_offset"] {
        #expect(parts.flatMap { $0["logprobs"][name].list } == choice["logprobs"][name].list)
      }
    }
  }

  /// Each event is whole characters, whatever bytes the tokens have.
  @Test func noCharacterIsCut() async throws {
    // é, in two tokens, again and again.
    let answer = try await fixture.complete(
      """
      {"prompt": "A", "max_tokens": 40, "seed": 2, "stream": true, "ignore_eos": true,
       "logit_bias": {"195": 100, "169": 100}}
      """)
    let texts = try answer.events.flatMap(\.["choices"].list).compactMap(\.["text"].text)
    let whole = try await fixture.complete(
      #"{"prompt": "A", "max_tokens": 40, "seed": 2, "ignore_eos": true, "logit_bias": {"195": 100, "169": 100}}"#
    )
    #expect(try texts.joined() == whole.json["choices"][0]["text"].text)
    #expect(texts.contains("é"))
  }

  @Test func aStreamIsLoggedWhenItHasEnded() async throws {
    let response = await fixture.server.answer(
      APIRequest("POST", "/v1/completions") {
        Array(#"{"prompt": "A", "max_tokens": 4, "stream": true}"#.utf8)
      })
    #expect(fixture.records.all.isEmpty)
    _ = try await Answer(response)
    let record = try #require(fixture.records.all.first)
    #expect(record.isStreamed && record.promptTokens == 1 && record.body == nil && !record.isCutShort)
  }

  @Test func aClientThatGoesEndsItsText() async throws {
    let client = ClientPresence()
    let request = APIRequest("POST", "/v1/completions", client: client) {
      Array(#"{"prompt": "A", "max_tokens": 4000, "stream": true, "ignore_eos": true}"#.utf8)
    }
    guard case .streamed(let pieces) = await fixture.server.answer(request).body else {
      Issue.record("no stream")
      return
    }
    var count = 0
    await #expect(throws: (any Error).self) {
      try await pieces { _ in
        count += 1
        if count == 3 { client.leave() }
      }
    }
    #expect(count < 4000)
    #expect(fixture.records.all.first?.isCutShort == true)
    let model = try fixture.server.shelf.model(nil)
    for _ in 0..<500 where model.scheduler.counts.running > 0 { try await Task.sleep(for: .milliseconds(10)) }
    #expect(model.scheduler.counts.running == 0)
  }
}
