/// From which pages of other servers a browser may ask (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol). From
/// none unless they are named.
package struct CrossOrigin: Sendable {
  private let origins: [String]

  /// - Parameter origins: "https://example.org", or "*" for all.
  package init(_ origins: [String] = []) { self.origins = origins }

  /// What is added to an answer to such a page.
  func headers(for origin: String?) -> [Header] {
    guard let allowed = allowed(origin) else { return [] }
    return [Header("Access-Control-Allow-Origin", allowed), Header("Vary", "Origin")]
  }

  /// Whether a page of that origin may ask at all: programs, which name none, those that are named, and the server's own
  /// page, by an address or a name that nobody else can give to this machine.
  ///
  /// - Parameter host: What the request takes this server for.
  func admits(_ origin: String?, to host: String?) -> Bool {
    guard let origin, allowed(origin) == nil else { return true }
    guard let host else { return false }
    return ["http://", "https://"].contains { ($0 + host).lowercased() == origin.lowercased() }
      && Self.isOwnName(host)
  }

  /// An address, or a name without a dot or of this network's.
  ///
  /// - Parameter host: With a port, or without.
  private static func isOwnName(_ host: String) -> Bool {
    if host.hasPrefix("[") { return true }
    let name = host.prefix { $0 != ":" }.lowercased()
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard let last = parts.last, !parts.contains("") else { return false }
    return parts.count == 1 || ["localhost", "local"].contains(last)
      || parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
  }

  /// The answer to a browser that asks what it may ask.
  func preflight(from origin: String?) -> APIResponse {
    guard allowed(origin) != nil else {
      return APIResponse(APIError.foreignOrigin(origin))
    }
    return APIResponse(
      status: 204,
      headers: [
        Header("Access-Control-Allow-Methods", "GET, POST, OPTIONS"),
        Header("Access-Control-Allow-Headers", "Authorization, Content-Type"),
        Header("Access-Control-Max-Age", "600"),
      ])
  }

  private func allowed(_ origin: String?) -> String? {
    guard let origin else { return nil }
    if origins.contains("*") { return "*" }
    return origins.contains(origin) ? origin : nil
  }
}
