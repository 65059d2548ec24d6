import GPT2BinaryFiles
import Foundation
import GPT2Platform
import Synchronization
import TestSupport
import Testing

@testable import GPT2ModelHub

/// One test a way in which a model cannot be fetched.
@Suite struct FetchFailureTests {
  private let workspace: FetchWorkspace

  init() throws { workspace = try FetchWorkspace() }

  private func address(_ server: HTTPServer, _ name: String) -> String {
    "\(server.address)/somebody/tiny/resolve/abc/\(name)"
  }

  @Test func aFileThatIsNotThere() throws {
    let server = try HTTPServer { _ in HTTPServer.Response(404) }
    #expect(workspace.failure(from: try FetchWorkspace.home(server.address)) == .refused(answer: 404))
    // It will not be there a little later.
    #expect(server.requests.count == 1)
  }

  @Test func aServerThatIsBusyIsAskedAgain() throws {
    let server = try HTTPServer { _ in HTTPServer.Response(503) }
    let options = FetchWorkspace.options { $0.retries = 3 }
    #expect(
      workspace.failure(from: try FetchWorkspace.home(server.address), options) == .refused(answer: 503))
    #expect(server.requests.count == 4)
  }

  @Test func nothingThere() throws {
    // A port that was free a moment ago.
    let port = try HTTPServer { _ in HTTPServer.Response(200) }.port
    let home = try FetchWorkspace.home("http://127.0.0.1:\(port)")
    let retries = Mutex(0)
    let cause = workspace.failure(
      from: home,
      FetchWorkspace.options { $0.report = { if case .retrying = $0 { retries.withLock { $0 += 1 } } } })
    // Without a network one hears of it at once.
    #expect(retries.withLock { $0 } == 0)
    guard case .transfer(code: 7, let words) = cause else {
      Issue.record("\(String(describing: cause))")
      return
    }
    #expect(words.hasPrefix("curl: (7) "))
  }

  /// The connection is cut again and again and brings nothing more; what came is kept.
  @Test func aTransferThatStaysCutOff() throws {
    let server = try HTTPServer { request in
      var response = FetchWorkspace.hub(request)
      if request.path.hasSuffix("model.safetensors") {
        response.cutAfter = request.rangeStart == nil ? 10_000 : 0
      }
      return response
    }
    let cause = workspace.failure(
      from: try FetchWorkspace.home(server.address), FetchWorkspace.options { $0.retries = 2 })
    guard case .transfer(code: 18, _) = cause else {
      Issue.record("\(String(describing: cause))")
      return
    }
    #expect(workspace.part("model.safetensors.partial") == Array(FetchWorkspace.weights[..<10_000]))
    #expect(workspace.folder.state == .partial(bytes: 10_000 + 9))
  }

  @Test func otherBytesThanThoseKnown() throws {
    let server = try HTTPServer { request in
      var response = FetchWorkspace.hub(request)
      if request.path.hasSuffix("vocab.json") { response.body = Array("hullo\n".utf8) }
      return response
    }
    let cause = workspace.failure(from: try FetchWorkspace.home(server.address))
    // sha256sum's of "hullo\n" and "hello\n".
    let found = try #require(
      Checksum("165e3927cb9dc09c3a04bd2885de5029c8ec7c16ae2f7ff275dee5a1bf2595f3"))
    let expected = try #require(
      Checksum("5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"))
    #expect(cause == .wrongChecksum(found: found, expected: expected))
    let words = FetchError("x", .wrongChecksum(found: found, expected: expected)).description
    #expect(words.contains(found.digits) && words.contains(expected.digits))
    #expect(workspace.part("vocab.json") == nil && workspace.part("vocab.json.partial") == nil)
    // What was right stays.
    #expect(workspace.part("config.json") != nil)
  }

  @Test func moreBytesThanThoseKnown() throws {
    let server = try HTTPServer { request in
      var response = FetchWorkspace.hub(request)
      if request.path.hasSuffix("config.json") { response.body += [0] }
      return response
    }
    #expect(
      workspace.failure(from: try FetchWorkspace.home(server.address)) == .wrongSize(found: 4, expected: 3))
    #expect(workspace.part("config.json.partial") == nil)
  }

  @Test func noCurl() throws {
    let home = try FetchWorkspace.home("http://127.0.0.1:9")
    let options = FetchWorkspace.options { $0.curl = "a program that nobody has" }
    #expect(workspace.failure(from: home, options) == .noCurl)
  }

  @Test func aServerCannotLeadToThisMachinesFiles() throws {
    let secret = try workspace.directory.write(Array("{}\n".utf8), to: "config.json")
    let server = try HTTPServer { _ in
      HTTPServer.Response(302, headers: ["Location": "file://\(secret)"])
    }
    let cause = workspace.failure(from: try FetchWorkspace.home(server.address))
    guard case .transfer(code: 1, _) = cause else {
      Issue.record("\(String(describing: cause))")
      return
    }
  }

  @Test func anotherFolderInItsPlaceIsLeftAlone() throws {
    try workspace.directory.write("mine", to: "models/tiny/config.json")
    let error = #expect(throws: FetchError.self) {
      try workspace.fetch(from: FetchWorkspace.home("http://127.0.0.1:9"))
    }
    let lacking = ["config.json", "vocab.json", "model.safetensors"]
    #expect(error == FetchError(workspace.folder.path, .occupied(missing: lacking)))
    #expect(
      try String(contentsOfFile: workspace.folder.path + "/config.json", encoding: .utf8) == "mine")
  }

  @Test func twoAtOnce() throws {
    try workspace.makePart([], "config.json.partial")
    let lock = open(workspace.folder.partialPath, O_RDONLY)
    defer { close(lock) }
    #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
    #expect(workspace.failure(from: try FetchWorkspace.home("http://127.0.0.1:9")) == .busy)
  }

  @Test func noRoom() throws {
    let huge = CatalogueModel(
      name: "huge", repository: "somebody/huge", revision: "abc",
      files: [RemoteFile("model.safetensors", .about(Int.max), nil)])
    let cause = workspace.failure(from: try FetchWorkspace.home("http://127.0.0.1:9"), model: huge)
    guard case .noSpace(_, needed: Int.max) = cause else {
      Issue.record("\(String(describing: cause))")
      return
    }
  }

  @Test func aFileInItsPlace() throws {
    try workspace.directory.write("a file", to: "models/tiny")
    let cause = expectFileError(workspace.folder.path) {
      _ = try workspace.fetch(from: FetchWorkspace.home("http://127.0.0.1:9"))
    }
    #expect(cause == .notDirectory)
  }

  @Test func aPlaceThatTakesNoFolders() throws {
    try workspace.directory.write("a file", to: "models")
    expectFileError(workspace.folder.partialPath) {
      _ = try workspace.fetch(from: FetchWorkspace.home("http://127.0.0.1:9"))
    }
  }

  /// Once something has come, so that there is a part to go on from.
  @Test func whatIsInterruptedKeepsItsPart() throws {
    let server = try HTTPServer { request in
      var response = FetchWorkspace.hub(request)
      if request.path.hasSuffix("model.safetensors"), request.rangeStart == nil { response.cutAfter = 10_000 }
      return response
    }
    let home = try FetchWorkspace.home(server.address)
    let isAsked = Mutex(false)
    let asked = workspace.failure(
      from: home,
      FetchWorkspace.options {
        $0.report = { if case .retrying = $0 { isAsked.withLock { $0 = true } } }
        $0.isCancelled = { isAsked.withLock { $0 } }
      })
    #expect(asked == .interrupted)
    #expect(workspace.part("model.safetensors.partial") == Array(FetchWorkspace.weights[..<10_000]))
    _ = try workspace.fetch(from: home)
    try workspace.expectWhole()
    #expect(server.requests.last?.rangeStart == 10_000)
  }

  /// curl itself is ended, which else would wait for the server.
  @Test func aTransferIsInterrupted() throws {
    let curl = workspace.directory.file("curl")
    try workspace.directory.writeProgram("#!/bin/sh\nexec sleep 600\n", to: "curl")
    let options = FetchWorkspace.options {
      $0.curl = curl
      $0.isCancelled = { true }
    }
    let failure = workspace.failure(from: try FetchWorkspace.home("http://127.0.0.1:9"), options)
    #expect(failure == .interrupted)
  }

  @Test(arguments: ["", "huggingface.co", "ftp://host/x", "https://", "file://host/x", "-x"])
  func whatIsNoAddress(address: String) {
    #expect(throws: FetchError(address, .notAnAddress)) { try ModelHome(folder: address) }
  }

  @Test(arguments: ["two words", "line\nend", String(repeating: "x", count: 513)])
  func whatIsNoToken(token: String) {
    #expect(throws: FetchError("HF_TOKEN", .notAToken)) {
      try FetchWorkspace.home("https://mirror", token: token)
    }
  }
}
