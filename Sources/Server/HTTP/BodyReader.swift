#if Server
  import HTTPTypes
  import Hummingbird
  import HummingbirdCore
  import NIOCore
  import NIOHTTPTypes

  /// Reads a request's body within limits.
  struct BodyReader {
    let limits: ServerLimits

    /// Before a connection on which nothing comes is closed: its client is to be told.
    private var patience: Duration { limits.idle - min(.seconds(1), limits.idle / 10) }

    /// - Parameter channel: Where a client that waits to be asked for the body is asked.
    /// - Throws: `APIError` if it is too long, or does not come whole in time.
    func bytes(of request: Request, on channel: any Channel) async throws -> [UInt8] {
      let limit = limits.body
      if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
        throw APIError.bodyTooLarge(limit)
      }
      if request.headers[.expect]?.lowercased() == "100-continue" {
        try await channel.writeAndFlush(HTTPResponsePart.head(HTTPResponse(status: .continue)))
      }
      let patience = patience
      return try await withThrowingTaskGroup(of: [UInt8].self) { group in
        group.addTask {
          var bytes: [UInt8] = []
          do {
            for try await piece in request.body {
              bytes += piece.readableBytesView
              guard bytes.count <= limit else { throw APIError.bodyTooLarge(limit) }
            }
          } catch let error where !(error is APIError) {
            throw APIError(400, "the body did not come whole: \(error)", code: "incomplete_body")
          }
          return bytes
        }
        group.addTask {
          try await Task.sleep(for: patience)
          throw APIError(408, "the body did not come whole within \(patience)", code: "request_timeout")
        }
        defer { group.cancelAll() }
        return try await group.next() ?? []
      }
    }
  }

  extension APIError {
    static func bodyTooLarge(_ limit: Int) -> APIError {
      APIError(413, "found a longer body, expected at most \(limit) bytes", code: "body_too_large")
    }
  }
#endif
