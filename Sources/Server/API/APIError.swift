import GPT2BinaryFiles

/// Why a request was not answered, as OpenAI's API says it: `{"error": {message, type, param, code}}` and a status.
package struct APIError: Error, Equatable, Sendable {
  /// OpenAI's `type`.
  package enum Kind: String, Sendable {
    case invalidRequest = "invalid_request_error"
    case authentication = "authentication_error"
    case notFound = "not_found_error"
    case overloaded = "rate_limit_error"
    case server = "server_error"
  }

  package let status: Int
  package let kind: Kind
  /// What was found, what was expected and what to do.
  package let message: String
  /// The field that is to blame.
  package let parameter: String?
  /// For programs: "context_length_exceeded".
  package let code: String?
  /// Seconds after which another try may do.
  package let retryAfter: Int?

  package init(
    _ status: Int, _ message: String, kind: Kind = .invalidRequest, parameter: String? = nil,
    code: String? = nil, retryAfter: Int? = nil
  ) {
    self.status = status
    self.kind = kind
    self.message = message
    self.parameter = parameter
    self.code = code
    self.retryAfter = retryAfter
  }
}

extension APIError: CustomStringConvertible {
  package var description: String { parameter.map { "\($0): \(message)" } ?? message }
}

extension APIError: Encodable {
  private enum OuterKey: String, CodingKey { case error }
  private enum Key: String, CodingKey { case message, type, param, code }

  package func encode(to encoder: any Encoder) throws {
    var outer = encoder.container(keyedBy: OuterKey.self)
    var inner = outer.nestedContainer(keyedBy: Key.self, forKey: .error)
    try inner.encode(message, forKey: .message)
    try inner.encode(kind.rawValue, forKey: .type)
    // There as null, too, where there are none.
    try inner.encode(parameter, forKey: .param)
    try inner.encode(code, forKey: .code)
  }
}

// What does not depend on a route.
extension APIError {
  static func field(_ name: String, found: String, expected: String, advice: String? = nil) -> APIError {
    APIError(
      400, "found \(name) \(found), expected \(expected)\(advice.map { "; \($0)" } ?? "")", parameter: name,
      code: "invalid_value")
  }

  static func unsupported(_ name: String, _ message: String) -> APIError {
    APIError(400, message, parameter: name, code: "unsupported_value")
  }

  static func noSuchModel(_ name: String, among names: [String]) -> APIError {
    APIError(
      404, "found model '\(name)', expected one of \(names.joined(separator: ", "))", kind: .notFound,
      parameter: "model", code: "model_not_found")
  }

  static func foreignOrigin(_ origin: String?) -> APIError {
    APIError(
      403,
      "found a page of \((origin ?? "no origin").onOneShortLine), expected one of this server's own, or of an origin "
        + "that --cors-origin names", kind: .authentication, code: "foreign_origin")
  }

  static let closing = APIError(
    503, "the server is stopping; try again in some seconds", kind: .server, code: "server_closing",
    retryAfter: 5)
}
