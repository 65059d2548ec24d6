/// The page at `/`: a text that a model writes, and what goes on inside while it reads it. It is one file, page.html, in the
/// program itself, and takes all that it shows from the other routes.
enum InspectionPage {
  /// What stands in page.html for the number that lets its script and its style run.
  static let placeholder = "NONCE"

  /// What stands in page.html for how often it asks for newer models, in seconds; 0 for never.
  private static let followPlaceholder = "content=\"FOLLOW\""

  /// The page with a number that nobody can know before (Content Security Policy Level 3, section 2.3.1): a script that
  /// were smuggled in lacks it.
  static func response(following follows: Int? = nil) throws(APIError) -> APIResponse {
    let digits = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }.joined()
    guard let html = String(validating: PackageResources.page_html, as: UTF8.self) else {
      throw APIError(500, "the page is no text in UTF-8", kind: .server, code: "internal_error")
    }
    var response = APIResponse(
      text: html.replacing("nonce=\"\(placeholder)\"", with: "nonce=\"\(digits)\"")
        .replacing(followPlaceholder, with: "content=\"\(follows ?? 0)\""),
      type: "text/html; charset=utf-8")
    response.headers += [
      Header("Content-Security-Policy", policy(nonce: digits)), Header("Cache-Control", "no-store"),
      Header("Referrer-Policy", "no-referrer"), Header("X-Content-Type-Options", "nosniff"),
    ]
    return response
  }

  /// Nothing is loaded from anywhere, requests go to this server alone, and no other page can frame this one.
  private static func policy(nonce: String) -> String {
    """
    default-src 'none'; script-src 'nonce-\(nonce)'; style-src 'nonce-\(nonce)'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'
    """
  }
}
