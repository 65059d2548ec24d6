import Testing

@testable import GPT2Server

/// The page at `/`: what it is made of. What it does is checked in a browser, by dev/serve/check-page.sh.
@Suite struct PageTests {
  let page: Answer

  init() async throws { page = try await Fixture(keys: ["a-key"]).get("/") }

  @Test func isServedWithoutAKey() async throws {
    let fixture = try Fixture(keys: ["a-key"])
    #expect(page.status == 200 && page.headers["content-type"] == "text/html; charset=utf-8")
    #expect(page.body.hasPrefix("<!DOCTYPE html>") && page.body.hasSuffix("</html>\n"))
    let icon = try await fixture.get("/favicon.ico")
    #expect(icon.status == 204 && icon.body.isEmpty)
    #expect(try await fixture.post("/", "").status == 405)
    #expect(try await fixture.get("/index.html").status == 404)
    #expect(try await fixture.get("/v1/models").status == 401)
    #expect(fixture.records.all.prefix(2).map(\.route) == ["/favicon.ico", "unknown"])
  }

  /// The page asks for newer checkpoints as often as the server looks for them.
  @Test func knowsHowOftenToAsk() throws {
    #expect(page.body.contains(#"<meta name="follow" content="0">"#))
    let text = try InspectionPage.response(following: 7)
    guard case .whole(let bytes) = text.body else { return }
    #expect(String(decoding: bytes, as: UTF8.self).contains(#"<meta name="follow" content="7">"#))
  }

  /// Its script and its style may run because they bring the number of this very answer, and nothing else may.
  @Test func letsNothingElseRun() async throws {
    let nonces = Set(page.body.matches(of: /nonce="([^"]*)"/).map { String($0.1) })
    let nonce = try #require(nonces.first)
    #expect(nonces.count == 1 && nonce != InspectionPage.placeholder && nonce.count > 16)
    #expect(nonce.allSatisfy { $0.isHexDigit })
    #expect(
      page.headers["content-security-policy"]
        == "default-src 'none'; script-src 'nonce-\(nonce)'; style-src 'nonce-\(nonce)'; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
    #expect(page.headers["cache-control"] == "no-store")
    #expect(page.headers["x-content-type-options"] == "nosniff")
    #expect(page.headers["referrer-policy"] == "no-referrer")
    let tags = page.body.matches(of: /<(script|style)\b[^>]*>/).map { String($0.0) }
    #expect(tags == ["<style nonce=\"\(nonce)\">", "<script nonce=\"\(nonce)\">"])
    #expect(page.body.firstMatch(of: /<[^>]*\s(style|on[a-z]+)=/) == nil, "the policy would refuse it")
    let again = try await Fixture().get("/")
    #expect(!again.body.contains(nonce), "each answer has its own")
  }

  @Test(arguments: ["http://", "https://", "//cdn", "src=", "href=", "url(", "@import", "import("])
  func asksForNothingElse(reference: String) {
    #expect(!page.body.contains(reference))
  }

  /// Texts of models become text.
  @Test(arguments: [
    "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "DOMParser",
  ])
  func makesNoMarkupOfText(name: String) {
    #expect(!page.body.contains(name))
  }

  @Test func hasWhatItsScriptAsksFor() throws {
    let parts = page.body.split(separator: "<script", maxSplits: 1)
    let (markup, script) = try (#require(parts.first), #require(parts.last))
    let there = markup.matches(of: /\bid="([^"]+)"/).map { String($0.1) }
    #expect(Set(there).count == there.count, "each once")
    var wanted = Set(script.matches(of: /(?:byId|show|attempt|fill)\("([^"]+)"/).map { String($0.1) })
    for list in script.matches(of: /for \(const id of \[([^\]]*)\]/) {
      wanted.formUnion(list.1.matches(of: /"([^"]+)"/).map { String($0.1) })
    }
    #expect(wanted.count > 40)
    #expect(wanted.subtracting(there) == [])
    // Labels and descriptions, too.
    let named = markup.matches(of: /\b(?:for|aria-labelledby)="([^"]+)"/).map { String($0.1) }
    #expect(named.count > 15 && Set(named).subtracting(there) == [])
  }

  /// Whatever can be filled in has a label.
  @Test func hasLabels() {
    let labelled = Set(page.body.matches(of: /<label[^>]*\bfor="([^"]+)"/).map { String($0.1) })
    for field in page.body.matches(of: /<(?:input|select|textarea)\b[^>]*\bid="([^"]+)"/) {
      #expect(labelled.contains(String(field.1)), "\(field.1)")
    }
  }
}
