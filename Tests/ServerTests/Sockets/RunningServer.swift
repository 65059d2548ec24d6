#if Server
  import Logging
  import TestSupport
  import Testing

  @testable import GPT2Server

  /// A server on a port of this machine while a test runs.
  struct RunningServer {
    let port: Int
    private let task: Task<Void, any Error>

    init(_ server: APIServer, certificate: Certificate? = nil) async throws {
      let (ports, continuation) = AsyncStream<Int>.makeStream()
      let service = HTTPService(
        server, at: ListeningAddress(port: 0), certificate: certificate,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, hearsSignals: false)
      task = Task {
        defer { continuation.finish() }
        try await service.run { continuation.yield($0) }
      }
      var iterator = ports.makeAsyncIterator()
      port = try #require(await iterator.next(), "the server did not begin to listen")
    }

    func client(receiveBuffer: Int32? = nil) throws -> SocketClient {
      try SocketClient(port: port, receiveBuffer: receiveBuffer)
    }

    func ask(_ method: String, _ path: String, _ body: String = "", headers: String = "") async throws
      -> Answer
    {
      let client = try client()
      try await client.request(method, path, body, headers: headers)
      return try await client.answer()
    }

    /// Asks it to stop, without waiting.
    func stop() { task.cancel() }

    /// Waits until it has stopped.
    func end() async throws {
      task.cancel()
      try await task.value
    }
  }
#endif
