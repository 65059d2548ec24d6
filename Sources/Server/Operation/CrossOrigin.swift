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

  /// The answer to a browser that asks what it may ask.
  func preflight(from origin: String?) -> APIResponse {
    guard allowed(origin) != nil else { return APIResponse(status: 403) }
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
