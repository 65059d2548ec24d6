#if Server
  import Hummingbird
  import HummingbirdCore
  import NIOCore

  /// Reads a request's body within limits.
  struct BodyReader {
    let limits: ServerLimits

    /// - Throws: `APIError` if it is too long, or does not come whole in time.
    func bytes(of request: Request) async throws -> [UInt8] {
      let limit = limits.body
      if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
        throw APIError.bodyTooLarge(limit)
      }
      let idle = limits.idle
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
          try await Task.sleep(for: idle)
          throw APIError(408, "the body did not come whole within \(idle)", code: "request_timeout")
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
