/// A request as the routes see it, whatever brought it.
package struct APIRequest: Sendable {
  package let method: String
  /// Without what follows a question mark.
  package let path: String
  /// By names in small letters.
  package let headers: [String: String]
  package let client: ClientPresence
  /// When its head came.
  package let arrival: ContinuousClock.Instant
  /// Reads the body.
  package let body: @Sendable () async throws -> [UInt8]

  /// - Parameter body: Reads the body; throws `APIError` for one that is too long or does not come.
  package init(
    _ method: String, _ path: String, headers: [String: String] = [:],
    client: ClientPresence = ClientPresence(), arrival: ContinuousClock.Instant = .now,
    body: @escaping @Sendable () async throws -> [UInt8] = { [] }
  ) {
    self.method = method
    self.path = path
    self.headers = headers
    self.client = client
    self.arrival = arrival
    self.body = body
  }
}
