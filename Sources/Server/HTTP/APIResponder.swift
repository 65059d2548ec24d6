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
        ) { try await reader.bytes(of: request) })
      let response = response(answer, on: channel)
      return request.method == .head ? response.createHeadResponse() : response
    }

    private func response(_ answer: APIResponse, on channel: any Channel) -> Response {
      var headers = HTTPFields()
      for header in answer.headers {
        if let name = HTTPField.Name(header.name) {
          headers.append(HTTPField(name: name, value: header.value))
        }
      }
      let status = HTTPResponse.Status(code: answer.status)
      switch answer.body {
      case .whole(let bytes):
        return Response(
          status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
      case .streamed(let pieces):
        let idle = server.limits.idle
        let body = ResponseBody { writer in
          let stalls = StallWatch()
          try await stalls.run(channel, closingAfter: idle) {
            try await pieces { text in
              try await stalls.write { try await writer.write(ByteBuffer(string: text)) }
            }
          }
          try await writer.finish(nil)
        }
        return Response(status: status, headers: headers, body: body)
      }
    }

    private static func path(of request: Request) -> String {
      PercentEncoding.decoded(request.uri.path) ?? request.uri.path
    }

    private static func headers(of request: Request) -> [String: String] {
      Dictionary(request.headers.map { ($0.name.canonicalName, $0.value) }) { first, _ in first }
    }
  }
#endif
