import Foundation
import TestSupport
import Testing

@testable import GPT2ModelHub

/// Files whose checksum the catalogue does not know: what the server says of them is held against what it sends.
@Suite struct ServerStatementTests {
  private let workspace: FetchWorkspace
  private static let unknown = FetchWorkspace.model(unknown: "model.safetensors", sizes: false)

  init() throws { workspace = try FetchWorkspace() }

  /// As Hugging Face: its own answer leads to another server and says what is there, whose own tag means nothing.
  private func server(stating sum: String, size: Int) throws -> HTTPServer {
    try HTTPServer { request in
      if request.path.hasPrefix("/elsewhere") {
        var response = HTTPServer.Response(file: FetchWorkspace.weights, for: request)
        response.headers["ETag"] = "\"0123456789abcdef0123456789abcdef01234567\""
        return response
      }
      guard request.path.hasSuffix("model.safetensors") else { return FetchWorkspace.hub(request) }
      return HTTPServer.Response(
        302,
        headers: [
          "Location": "/elsewhere", "X-Linked-Size": "\(size)", "X-Linked-ETag": "\"\(sum)\"",
          "ETag": "\"0123456789abcdef0123456789abcdef01234567\"",
        ])
    }
  }

  @Test func aStatedChecksumIsHeldAgainst() throws {
    let server = try server(stating: FetchWorkspace.weightsSum, size: 50_000)
    let fetched = try workspace.fetch(from: FetchWorkspace.home(server.address), model: Self.unknown)
    try workspace.expectWhole()
    #expect(fetched.files.map(\.assurance) == [.known, .known, .stated])
  }

  @Test func anotherChecksumThanTheStatedOneIsRefused() throws {
    let other = String(repeating: "0", count: 64)
    let server = try server(stating: other, size: 50_000)
    let cause = workspace.failure(from: try FetchWorkspace.home(server.address), model: Self.unknown)
    #expect(cause == .wrongChecksum(found: .sha256(FetchWorkspace.weightsSum), expected: .sha256(other)))
  }

  @Test func anotherSizeThanTheStatedOneIsRefused() throws {
    let server = try server(stating: FetchWorkspace.weightsSum, size: 50_001)
    let cause = workspace.failure(from: try FetchWorkspace.home(server.address), model: Self.unknown)
    #expect(cause == .wrongSize(found: 50_000, expected: 50_001))
  }

  /// Small files have git's SHA-1 for their tag; this is git hash-object's of "hello\n".
  @Test(arguments: [
    ("ce013625030ba8dba906f756967f9e9ca394464a", true), ("0123456789abcdef0123456789abcdef01234567", false),
  ])
  func aTagIsGitsChecksum(tag: String, isRight: Bool) throws {
    let server = try HTTPServer { request in
      var response = FetchWorkspace.hub(request)
      if request.path.hasSuffix("vocab.json") { response.headers["ETag"] = "W/\"\(tag)\"" }
      return response
    }
    let home = try FetchWorkspace.home(server.address)
    let model = FetchWorkspace.model(unknown: "vocab.json")
    if isRight {
      #expect(
        try workspace.fetch(from: home, model: model).files.map(\.assurance) == [.known, .stated, .known])
    } else {
      let found = try #require(Checksum("ce013625030ba8dba906f756967f9e9ca394464a"))
      let expected = try #require(Checksum(tag))
      #expect(
        workspace.failure(from: home, model: model) == .wrongChecksum(found: found, expected: expected))
    }
  }

  /// Tags of other servers are no checksums, though they may look like such.
  @Test func withoutAStatementAFileIsRefusedUnlessItIsTrusted() throws {
    let server = try HTTPServer { request in
      let name = request.path.components(separatedBy: "/").last ?? ""
      var response = HTTPServer.Response(file: FetchWorkspace.contents[name] ?? [], for: request)
      response.headers["ETag"] = "\"0123456789abcdef0123456789abcdef01234567\""
      return response
    }
    let home = try ModelHome(folder: server.address + "/mirror")
    #expect(workspace.failure(from: home, model: Self.unknown) == .noChecksum)
    let fetched = try workspace.fetch(
      from: home, FetchWorkspace.options { $0.allowsUnverified = true }, model: Self.unknown)
    try workspace.expectWhole()
    #expect(fetched.files.map(\.assurance) == [.known, .known, .unverified])
    #expect(fetched.files[2].checksum == nil)
  }

  @Test func theHeadOfARefusalSaysNothingOfTheFile() {
    let heads =
      "HTTP/1.1 404 Not Found\r\nContent-Length: 15\r\nETag: \"\(String(repeating: "a", count: 40))\"\r\n\r\n"
    let statement = ServerStatement(heads: heads, tagsAreChecksums: true)
    #expect(statement.size == nil && statement.checksum == nil)
  }

  @Test func theHeadOfALocalFileSaysItsSize() {
    let statement = ServerStatement(
      heads: "Content-Length: 9\r\nAccept-ranges: bytes\r\n", tagsAreChecksums: false)
    #expect(statement.size == 9 && statement.checksum == nil)
  }

  /// Of a server that is not trusted to say sense.
  @Test(arguments: ["-1", "1e9", "99999999999999999999", ""])
  func aSizeThatIsNoneIsNotTaken(size: String) {
    let statement = ServerStatement(
      heads: "HTTP/2 200\r\nX-Linked-Size: \(size)\r\nX-Linked-ETag: \"xyz\"\r\n", tagsAreChecksums: true)
    #expect(statement.size == nil && statement.checksum == nil)
  }
}
