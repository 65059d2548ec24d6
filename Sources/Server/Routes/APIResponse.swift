import GPT2BinaryFiles

package struct Header: Equatable, Sendable {
  package let name: String
  package let value: String

  init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// An answer as the routes make it.
package struct APIResponse: Sendable {
  package enum Body: Sendable {
    case whole([UInt8])
    /// Pieces, written as they come: each call of `write` returns once the client has taken enough of them.
    case streamed(@Sendable (_ write: (String) async throws -> Void) async throws -> Void)
  }

  package var status: Int
  package var headers: [Header]
  package var body: Body

  init(status: Int = 200, headers: [Header] = [], body: Body = .whole([])) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// - Throws: What `value` throws when it is encoded.
  init(json value: some Encodable, status: Int = 200) throws {
    self.init(
      status: status, headers: [Header("Content-Type", "application/json")],
      body: .whole(Array(try JSONCoding.line(value).utf8)))
  }

  init(text: String, type: String) {
    self.init(headers: [Header("Content-Type", type)], body: .whole(Array(text.utf8)))
  }

  /// Server-sent events.
  static func events(
    _ write: @escaping @Sendable (_ write: (String) async throws -> Void) async throws -> Void
  ) -> APIResponse {
    APIResponse(headers: EventText.headers, body: .streamed(write))
  }

  init(_ error: APIError) {
    // Nothing in it can fail to be encoded.
    let text = (try? JSONCoding.line(error)) ?? "{}"
    self.init(
      status: error.status, headers: [Header("Content-Type", "application/json")],
      body: .whole(Array(text.utf8)))
    if let seconds = error.retryAfter { headers.append(Header("Retry-After", "\(seconds)")) }
    if error.status == 401 { headers.append(Header("WWW-Authenticate", "Bearer")) }
  }
}
