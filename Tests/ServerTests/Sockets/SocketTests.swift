#if Server
  import Foundation
  import GPT2Generation
  import Logging
  import TestSupport
  import Testing

  @testable import GPT2Server

  /// Over real sockets of this machine.
  @Suite(.serialized) struct SocketTests {
    static let completion = "/v1/completions"

    @Test func everyRouteAnswers() async throws {
      let fixture = try Fixture()
      let server = try await RunningServer(fixture.server)
      for (method, path, body, status) in [
        ("GET", "/", "", 200), ("GET", "/favicon.ico", "", 204), ("GET", "/health", "", 200),
        ("GET", "/metrics", "", 200), ("GET", "/v1/models", "", 200),
        ("GET", "/v1/models/talker", "", 200), ("GET", "/v1/models/no%20body", "", 404),
        ("GET", "/tokenizer_info", "", 200), ("GET", "/health?verbose=1", "", 200),
        ("POST", "/tokenize", #"{"prompt": "A"}"#, 200), ("POST", "/detokenize", #"{"tokens": [65]}"#, 200),
        ("POST", Self.completion, #"{"prompt": "A", "max_tokens": 2}"#, 200),
        (
          "POST", "/v1/chat/completions",
          #"{"model": "talker", "messages": [{"role": "user", "content": "A"}], "max_tokens": 2}"#, 200
        ), ("POST", Self.completion, "{", 400), ("GET", "/nowhere", "", 404), ("PUT", "/health", "", 405),
        ("OPTIONS", "/health", "", 403),
      ] {
        let answer = try await server.ask(method, path, body)
        #expect(answer.status == status, "\(method) \(path): \(answer.body)")
        #expect(answer.headers["server"] == "gpt2-serve")
      }
      try await server.end()
    }

    @Test func oneConnectionTakesManyRequests() async throws {
      let fixture = try Fixture()
      let server = try await RunningServer(fixture.server)
      let client = try server.client()
      for _ in 0..<3 {
        try await client.request(
          "POST", Self.completion, #"{"prompt": "A", "max_tokens": 2, "stream": true}"#)
        let answer = try await client.answer()
        #expect(try answer.events.count >= 1)
        try await client.request("GET", "/health")
        #expect(try await client.answer().status == 200)
        try await client.request("HEAD", "/health")
        let head = try await client.receive(until: "\r\n\r\n")
        #expect(head.hasPrefix("HTTP/1.1 200") && head.hasSuffix("\r\n\r\n"))
      }
      // Two at once are answered one after the other.
      try await client.send(
        "GET /health HTTP/1.1\r\nHost: a\r\n\r\nGET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try await client.receive(until: #""object":"list""#).contains(#""status":"ok""#))
      try await server.end()
    }

    /// The first event is there while the text is being written.
    @Test func eventsComeOneByOne() async throws {
      let fixture = try Fixture()
      let server = try await RunningServer(fixture.server)
      let client = try server.client()
      try await client.request(
        "POST", Self.completion,
        #"{"prompt": "A", "max_tokens": 4000, "temperature": 0, "stream": true, "ignore_eos": true}"#)
      let first = try await client.receive(until: "data: ")
      #expect(first.contains("text/event-stream") && !first.contains("[DONE]"))
      client.reset()
      try await expectIdle(fixture)
      try await server.end()
    }

    /// A client that leaves, in a stream or before its answer, frees its places.
    @Test(arguments: [true, false])
    func aClientThatLeaves(streams: Bool) async throws {
      let fixture = try Fixture()
      let server = try await RunningServer(fixture.server)
      let client = try server.client()
      try await client.request(
        "POST", Self.completion,
        #"{"prompt": "A", "n": 4, "max_tokens": 4000, "ignore_eos": true, "stream": \#(streams)}"#)
      let model = try fixture.server.shelf.model(nil)
      for _ in 0..<1000 where model.scheduler.counts.running == 0 {
        try await Task.sleep(for: .milliseconds(5))
      }
      #expect(model.scheduler.counts.running > 0)
      client.reset()
      try await expectIdle(fixture)
      // A stream's record comes after its places are free.
      for _ in 0..<1000 where fixture.records.all.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
      #expect(fixture.records.all.last?.isCutShort == true)
      try await server.end()
    }

    @Test func aBodyThatIsTooLong() async throws {
      var limits = ServerLimits()
      limits.body = 2000
      let fixture = try Fixture(limits: limits)
      let server = try await RunningServer(fixture.server)
      let long = #"{"prompt": "\#(String(repeating: "a", count: 3000))"}"#
      let told = try await server.ask("POST", Self.completion, long)
      #expect(told.status == 413)
      #expect(try told.json["error"]["code"].text == "body_too_large")
      // One that does not say how long it is.
      let client = try server.client()
      try await client.send(
        "POST \(Self.completion) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
      for _ in 0..<4 { try await client.send("258\r\n\(String(repeating: "a", count: 600))\r\n") }
      #expect(try await client.answer().status == 413)
      try await server.end()
    }

    @Test func aHeaderThatIsTooLong() async throws {
      var limits = ServerLimits()
      limits.header = 2000
      let fixture = try Fixture(limits: limits)
      let server = try await RunningServer(fixture.server)
      let client = try server.client()
      try await client.send(
        "GET /health HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 3000))\r\n\r\n")
      let answer = try await client.receive()
      #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"), "\(answer)")
      #expect(try await server.ask("GET", "/health").status == 200)
      try await server.end()
    }

    @Test func whatIsNoHTTP() async throws {
      let fixture = try Fixture()
      let server = try await RunningServer(fixture.server)
      let client = try server.client()
      try await client.send("what is this\r\n\r\n")
      #expect(try await client.receive().hasPrefix("HTTP/1.1 400"))
      #expect(try await server.ask("GET", "/health").status == 200)
      try await server.end()
    }

    /// Half a head, half a body, and nothing at all: each is closed after the idle time, and nothing runs for it.
    @Test(arguments: [
      "", "POST /v1/completions HT",
      "POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{\"pro",
    ])
    func halfARequest(text: String) async throws {
      var limits = ServerLimits()
      limits.idle = .milliseconds(500)
      let fixture = try Fixture(limits: limits)
      let server = try await RunningServer(fixture.server)
      let client = try server.client()
      try await client.send(text)
      let answer = try await client.receive()
      // Of half a body it is told, unless this machine is too busy.
      #expect(answer.isEmpty || text.contains("{") && answer.hasPrefix("HTTP/1.1 408"), "\(answer)")
      #expect(try await server.ask("GET", "/health").status == 200)
      try await server.end()
    }

    /// A request that comes a byte at a time is answered.
    @Test func aSlowWriter() async throws {
      let fixture = try Fixture()
      let server = try await RunningServer(fixture.server)
      let client = try server.client()
      let body = #"{"prompt": "A", "max_tokens": 2}"#
      for byte in "POST \(Self.completion) HTTP/1.1\r\nContent-Length: \(body.count)\r\n\r\n" + body {
        try await client.send(String(byte))
      }
      #expect(try await client.answer().status == 200)
      try await server.end()
    }

    /// A client that does not read holds up no other, and is given up.
    @Test func aClientThatDoesNotRead() async throws {
      var limits = ServerLimits()
      limits.idle = .seconds(1)
      limits.tokens = 1_000_000
      let fixture = try Fixture(limits: limits)
      let server = try await RunningServer(fixture.server)
      let client = try server.client(receiveBuffer: 4096)
      try await client.request(
        "POST", Self.completion,
        #"{"prompt": "A", "n": 8, "max_tokens": 1000000, "ignore_eos": true, "logprobs": 20, "stream": true}"#
      )
      let other = try await server.ask("POST", Self.completion, #"{"prompt": "B", "max_tokens": 3}"#)
      #expect(other.status == 200)
      try await expectIdle(fixture, seconds: 60)
      try await server.end()
      _ = client
    }

    /// Connections beyond the limit wait until one closes.
    @Test func manyConnections() async throws {
      var limits = ServerLimits()
      limits.connections = 3
      let fixture = try Fixture(limits: limits)
      let server = try await RunningServer(fixture.server)
      var held: [SocketClient] = []
      for _ in 0..<3 {
        let client = try server.client()
        try await client.request("GET", "/health")
        #expect(try await client.answer().status == 200)
        held.append(client)
      }
      let waiting = try server.client()
      try await waiting.request("GET", "/health")
      async let answer = waiting.answer()
      try await Task.sleep(for: .milliseconds(300))
      #expect(fixture.records.all.count == 3, "it waits")
      held.removeFirst().reset()
      #expect(try await answer.status == 200)
      try await server.end()
    }

    @Test func idleConnectionsCostNoAnswers() async throws {
      let fixture = try Fixture()
      let server = try await RunningServer(fixture.server)
      let idle = try (0..<300).map { _ in try server.client() }
      let answer = try await server.ask("POST", Self.completion, #"{"prompt": "A", "max_tokens": 3}"#)
      #expect(answer.status == 200)
      #expect(try await server.ask("GET", "/metrics").body.contains("gpt2_connections 3"))
      for client in idle { client.reset() }
      try await server.end()
    }

    /// Sixty-four clients at once, streamed and not: each gets the text that it gets alone.
    @Test func manyAtWork() async throws {
      let fixture = try Fixture()
      let server = try await RunningServer(fixture.server)
      @Sendable func ask(_ seed: Int, streams: Bool) async throws -> String {
        let answer = try await server.ask(
          "POST", Self.completion,
          """
          {"prompt": "\(String(repeating: "a", count: seed % 7 + 1))", "max_tokens": \(seed % 30 + 10), "seed": \(seed),
           "ignore_eos": true, "logprobs": 2, "stream": \(streams)}
          """)
        let parts = streams ? try answer.events : [try answer.json]
        let lists = parts.flatMap { $0["choices"][0]["logprobs"]["token_logprobs"].list.map { "\($0)" } }
        return parts.compactMap { $0["choices"][0]["text"].text }.joined() + lists.joined()
      }
      let together = try await withThrowingTaskGroup(of: (Int, String).self) { group in
        for seed in 0..<64 { group.addTask { (seed, try await ask(seed, streams: seed % 2 == 0)) } }
        return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
      }
      for seed in 0..<64 { #expect(try await ask(seed, streams: false) == together[seed]) }
      try await server.end()
    }

    @Test func aQueueThatIsFull() async throws {
      var texts = BatchScheduler.Limits()
      texts.places = 1
      texts.waiting = 1
      let fixture = try Fixture(texts: texts)
      let server = try await RunningServer(fixture.server)
      let long = #"{"prompt": "A", "n": 2, "max_tokens": 4000, "ignore_eos": true, "stream": true}"#
      let client = try server.client()
      try await client.request("POST", Self.completion, long)
      _ = try await client.receive(until: "data: ")
      let refused = try await server.ask("POST", Self.completion, #"{"prompt": "A"}"#)
      #expect(refused.status == 429 && refused.headers["retry-after"] == "1")
      #expect(try refused.json["error"]["type"].text == "rate_limit_error")
      #expect(try refused.json["error"]["code"].text == "queue_full")
      client.reset()
      try await expectIdle(fixture)
      let taken = try await server.ask("POST", Self.completion, #"{"prompt": "A", "max_tokens": 1}"#)
      #expect(taken.status == 200)
      try await server.end()
    }

    /// Told to stop, a server finishes what has begun and takes no more.
    @Test func stopping() async throws {
      let fixture = try Fixture()
      let server = try await RunningServer(fixture.server)
      let (idle, busy) = (try server.client(), try server.client())
      try await idle.request("GET", "/health")
      _ = try await idle.answer()
      try await busy.request(
        "POST", Self.completion, #"{"prompt": "A", "max_tokens": 300, "ignore_eos": true, "stream": true}"#)
      let beginning = try await busy.receive(until: "data: ")
      server.stop()
      #expect(try await idle.receive().isEmpty, "it is closed")
      let rest = try await busy.receive()
      #expect(rest.contains("data: [DONE]"))
      let events = (beginning + rest).components(separatedBy: "data: ").count - 2
      #expect(events > 1)
      try await server.end()
      #expect(throws: (any Error).self) { try server.client() }
    }

    /// An answer of some megabytes to a client that takes it bit by bit: told to stop, and where connections on which
    /// nothing comes are closed at once, the server still gives all of it.
    @Test(arguments: [true, false])
    func aLongAnswerComesWhole(stops: Bool) async throws {
      var limits = ServerLimits()
      if !stops { limits.idle = .seconds(5) }
      let fixture = try Fixture(limits: limits)
      let server = try await RunningServer(fixture.server)
      let client = try server.client(receiveBuffer: 65_536)
      let heads = [String](repeating: "0", count: 900).joined(separator: ",")
      let tokens = [String](repeating: "5", count: 48).joined(separator: ",")
      try await client.request(
        "POST", "/inspect", #"{"tokens": [\#(tokens)], "attention": [{"layer": 0, "heads": [\#(heads)]}]}"#)
      let head = try await client.receive(until: "\r\n\r\n")
      let length = try #require(
        head.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix("content-length: ") }
          .flatMap { Int($0.dropFirst("content-length: ".count)) })
      #expect(length > 4 << 20)
      if stops { server.stop() }
      var count =
        head.utf8.count - (head.range(of: "\r\n\r\n").map { head[..<$0.upperBound].utf8.count } ?? 0)
      let start = ContinuousClock.now
      while count < length, let bytes = try await client.some() {
        count += bytes.count
        let share = Double(count) / Double(length)
        try await Task.sleep(until: start + .seconds(stops ? 1 : 9) * share, clock: .continuous)
      }
      #expect(count == length)
      try await server.end()
    }

    /// The page's own requests, and those of a page under a name that was given this machine's address.
    @Test func pagesOfItsOwnAndOthers() async throws {
      let server = try await RunningServer(try Fixture().server)
      for (host, status) in [("127.0.0.1:\(server.port)", 200), ("evil.example:\(server.port)", 403)] {
        let client = try server.client()
        let body = #"{"prompt": "A", "max_tokens": 1}"#
        try await client.send(
          "POST \(Self.completion) HTTP/1.1\r\nHost: \(host)\r\nOrigin: http://\(host)\r\n"
            + "Content-Length: \(body.count)\r\n\r\n\(body)")
        #expect(try await client.answer().status == status)
      }
      try await server.end()
    }

    /// As curl sends a body of more than a megabyte.
    @Test func aClientThatWaitsToBeAskedForTheBody() async throws {
      let fixture = try Fixture()
      let server = try await RunningServer(fixture.server)
      let client = try server.client()
      let body = #"{"prompt": "A", "max_tokens": 2}"#
      try await client.send(
        "POST \(Self.completion) HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: \(body.count)\r\n\r\n"
      )
      #expect(try await client.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
      try await client.send(body)
      #expect(try await client.answer().status == 200)
      // A body that is refused is not asked for.
      try await client.send(
        "POST \(Self.completion) HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n"
      )
      #expect(try await client.answer().status == 413)
      try await server.end()
    }

    @Test func anAddressThatIsTaken() async throws {
      let server = try await RunningServer(try Fixture().server)
      let service = HTTPService(
        try Fixture().server, at: ListeningAddress(port: server.port), logger: .init(label: "test"),
        hearsSignals: false)
      await #expect(throws: ListeningError.self) { try await service.run() }
      try await server.end()
    }

    /// Models are loaded again while a text goes on with what it began with.
    @Test func reloading() async throws {
      let fixture = try Fixture()
      let server = try await RunningServer(fixture.server)
      let client = try server.client()
      try await client.request(
        "POST", Self.completion, #"{"prompt": "A", "max_tokens": 300, "ignore_eos": true, "stream": true}"#)
      let beginning = try await client.receive(until: "data: ")
      let older = try fixture.server.shelf.model(nil)
      async let reloaded: Void = fixture.server.shelf.reload()
      for _ in 0..<1000 where try fixture.server.shelf.model(nil) === older {
        try await Task.sleep(for: .milliseconds(5))
      }
      #expect(try fixture.server.shelf.model(nil) !== older)
      #expect(
        try await server.ask("POST", Self.completion, #"{"prompt": "A", "max_tokens": 1}"#).status == 200)
      let rest = try await client.receive(until: "[DONE]")
      #expect((beginning + rest).contains("[DONE]"))
      try await reloaded
      try await server.end()
    }

    /// Waits until nothing runs or waits any more.
    private func expectIdle(_ fixture: Fixture, seconds: Int = 30) async throws {
      let scheduler = try fixture.server.shelf.model(nil).scheduler
      for _ in 0..<seconds * 100 where scheduler.counts.running + scheduler.counts.waiting > 0 {
        try await Task.sleep(for: .milliseconds(10))
      }
      #expect(scheduler.counts.running + scheduler.counts.waiting == 0)
    }
  }
#endif
