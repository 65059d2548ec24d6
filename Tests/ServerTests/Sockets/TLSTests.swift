#if Server
  import GPT2BinaryFiles
  import Foundation
  import TestSupport
  import Testing

  @testable import GPT2Server

  /// With a certificate that openssl makes, asked by curl.
  @Suite(.enabled(if: Tool.areThere, "openssl and curl are not both there")) struct TLSTests {
    private let directory: TemporaryDirectory
    private var certificate: String { directory.file("certificate.pem") }
    private var key: String { directory.file("key.pem") }

    init() throws {
      directory = try TemporaryDirectory()
      try Tool.run(
        "/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
        "/CN=localhost",
        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate)
    }

    @Test func requestsOverTLS() async throws {
      let server = try await RunningServer(
        try Fixture().server, certificate: Certificate(certificate, key: key))
      let address = "https://127.0.0.1:\(server.port)/v1/completions"
      let answer = try await Tool.output(
        "/usr/bin/curl", "--silent", "--show-error", "--cacert", certificate, "--max-time", "60", address,
        "--data",
        #"{"prompt": "A", "max_tokens": 2, "stream": true, "ignore_eos": true}"#)
      #expect(answer.hasSuffix("data: [DONE]\n\n"))
      // Without TLS there is nothing to be heard.
      let plain = try server.client()
      try await plain.request("GET", "/health")
      #expect(try await !plain.receive().hasPrefix("HTTP/1.1 200"))
      try await server.end()
    }

    @Test func filesThatCannotBeUsed() throws {
      let text = try directory.write(Array("no certificate".utf8), to: "text.pem")
      let missing = directory.file("missing.pem")
      let other = directory.file("other.pem")
      try Tool.run("/usr/bin/openssl", "genrsa", "-out", other, "2048")
      for (certificate, key, wrong) in [
        (missing, key, missing), (certificate, missing, missing), (text, key, text),
        (certificate, text, text),
        (certificate, other, other),
      ] { expectFileError(wrong) { _ = try Certificate(certificate, key: key) } }
    }
  }

  /// Other programs.
  private enum Tool {
    struct Failure: Error { let code: Int32 }

    static var areThere: Bool {
      ["/usr/bin/openssl", "/usr/bin/curl"].allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
    }

    @discardableResult
    static func run(_ program: String, _ arguments: String...) throws -> String {
      try run(program, arguments)
    }

    /// On a thread of its own, as the server needs those that run tasks.
    static func output(_ program: String, _ arguments: String...) async throws -> String {
      try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try run(program, arguments) }) }
      }
    }

    private static func run(_ program: String, _ arguments: [String]) throws -> String {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: program)
      process.arguments = arguments
      let output = Pipe()
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
      let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      guard process.terminationStatus == 0 else { throw Failure(code: process.terminationStatus) }
      return text
    }
  }
#endif
