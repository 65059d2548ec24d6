#if Server
  import HTTPTypes
  import Hummingbird
  import HummingbirdCore
  import Logging
  import NIOCore

  /// What Hummingbird knows of a request beside it: its connection.
  struct ConnectionContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: Source) {
      coreContext = .init(source: source)
      channel = source.channel
    }
  }

  /// Hands Hummingbird's requests to the routes, and their answers back.
  struct APIResponder: HTTPResponder {
    let server: APIServer

    func respond(to request: Request, context: ConnectionContext) async throws -> Response {
      let client = ClientPresence()
      let channel = context.channel
      try await channel.pipeline.handler(type: ClientWatch.self).get().begin(client)
      let reader = BodyReader(limits: server.limits)
      let answer = await server.answer(
        APIRequest(
          request.method.rawValue, Self.path(of: request), headers: Self.headers(of: request), client: client
        ) { try await reader.bytes(of: request, on: channel) })
      let response = response(answer)
      return request.method == .head ? response.createHeadResponse() : response
    }

    private func response(_ answer: APIResponse) -> Response {
      var headers = HTTPFields()
      for header in answer.headers {
        if let name = HTTPField.Name(header.name) {
          headers.append(HTTPField(name: name, value: header.value))
        }
      }
      let status = HTTPResponse.Status(code: answer.status)
      let body =
        switch answer.body {
        case .whole(let bytes) where bytes.count <= Self.piece:
          ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        case .whole(let bytes):
          ResponseBody(contentLength: bytes.count) { writer in
            for start in stride(from: 0, to: bytes.count, by: Self.piece) {
              let piece = bytes[start..<min(bytes.count, start + Self.piece)]
              try await writer.write(ByteBuffer(bytes: piece))
            }
            try await writer.finish(nil)
          }
        case .streamed(let pieces):
          ResponseBody { writer in
            try await pieces { text in try await writer.write(ByteBuffer(string: text)) }
            try await writer.finish(nil)
          }
        }
      return Response(status: status, headers: headers, body: body)
    }

    /// Bytes that are written at a time, so that `WriteWatch` sees them leave.
    private static let piece = 1 << 16

    private static func path(of request: Request) -> String {
      PercentEncoding.decoded(request.uri.path) ?? request.uri.path
    }

    private static func headers(of request: Request) -> [String: String] {
      var headers = Dictionary(request.headers.map { ($0.name.canonicalName, $0.value) }) { first, _ in first
      }
      // No field there, as in HTTP/2.
      headers["host"] = request.head.authority
      return headers
    }
  }
#endif
