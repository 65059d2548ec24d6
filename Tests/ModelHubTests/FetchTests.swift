import Foundation
import Synchronization
import TestSupport
import Testing

@testable import GPT2ModelHub

/// Fetching from a server on this machine, and from a folder.
@Suite struct FetchTests {
  private let workspace: FetchWorkspace

  init() throws { workspace = try FetchWorkspace() }

  @Test func aModelAppearsWholeAndOnce() throws {
    let server = try HTTPServer(FetchWorkspace.hub)
    let home = try FetchWorkspace.home(server.address)
    #expect(workspace.folder.state == .missing)
    let fetched = try workspace.fetch(from: home)
    try workspace.expectWhole()
    #expect(!fetched.wasThere)
    #expect(fetched.path == workspace.folder.path)
    #expect(fetched.files.map(\.name) == ["config.json", "vocab.json", "model.safetensors"])
    #expect(fetched.files.allSatisfy { $0.assurance == .known })
    #expect(fetched.files[2].bytes == 50_000)
    #expect(fetched.files[2].checksum == .sha256(FetchWorkspace.weightsSum))
    // What is known need not be asked for.
    #expect(server.requests.map(\.method) == ["GET", "GET", "GET"])
    // And what is there need not be fetched.
    let again = try workspace.fetch(from: home)
    #expect(again.wasThere && again.files.isEmpty)
    #expect(server.requests.count == 3)
  }

  @Test func aFolderIsAHomeToo() throws {
    try workspace.directory.write("", to: "a folder [1]/x")
    for (name, bytes) in FetchWorkspace.contents {
      _ = try workspace.directory.write(bytes, to: "a folder [1]/" + name)
    }
    _ = try workspace.fetch(from: ModelHome(folder: "file://\(workspace.directory.file("a folder [1]/"))"))
    try workspace.expectWhole()
  }

  @Test func aTransferThatWasCutOffGoesOnLater() throws {
    let server = try HTTPServer(FetchWorkspace.hub)
    try workspace.makePart(Array(FetchWorkspace.weights[..<20_000]), "model.safetensors.partial")
    #expect(workspace.folder.state == .partial(bytes: 20_000))
    _ = try workspace.fetch(from: FetchWorkspace.home(server.address))
    try workspace.expectWhole()
    #expect(server.requests.map(\.rangeStart) == [nil, nil, 20_000])
  }

  /// All had come, but it had not been checked yet.
  @Test func aWholePartIsNotFetchedAgain() throws {
    let server = try HTTPServer(FetchWorkspace.hub)
    try workspace.makePart(FetchWorkspace.weights, "model.safetensors.partial")
    _ = try workspace.fetch(from: FetchWorkspace.home(server.address))
    try workspace.expectWhole()
    #expect(server.requests.count == 2)
  }

  @Test func filesOfAnEarlierTimeAreCheckedAgain() throws {
    let server = try HTTPServer(FetchWorkspace.hub)
    try workspace.makePart(Array("{}\n".utf8), "config.json")
    try workspace.makePart(Array("hullo\n".utf8), "vocab.json")
    try workspace.makePart([1], "of another revision")
    _ = try workspace.fetch(from: FetchWorkspace.home(server.address))
    try workspace.expectWhole()
    #expect(
      server.requests.map { $0.path.components(separatedBy: "/").last } == [
        "vocab.json", "model.safetensors",
      ])
  }

  /// Cut off three times: each time what came is kept, and the rest is asked for.
  @Test func aTransferThatIsCutOffGoesOnByItself() throws {
    let server = try HTTPServer { request in
      let isWeights = request.path.hasSuffix("model.safetensors")
      var response = FetchWorkspace.hub(request)
      if isWeights, request.rangeStart ?? 0 < 45_000 { response.cutAfter = 15_000 }
      return response
    }
    let retries = Mutex(0)
    let options = FetchWorkspace.options {
      // Each brings something, so the first of the tries is never used up.
      $0.retries = 1
      $0.report = { if case .retrying = $0 { retries.withLock { $0 += 1 } } }
    }
    _ = try workspace.fetch(from: FetchWorkspace.home(server.address), options)
    try workspace.expectWhole()
    #expect(server.requests.dropFirst(2).map(\.rangeStart) == [nil, 15_000, 30_000, 45_000])
    #expect(retries.withLock { $0 } == 3)
  }

  @Test func aServerThatGivesNoRangesStartsOver() throws {
    let server = try HTTPServer { request in
      guard request.path.hasSuffix("model.safetensors") else { return FetchWorkspace.hub(request) }
      return HTTPServer.Response(200, body: FetchWorkspace.weights)
    }
    try workspace.makePart(Array(repeating: 1, count: 20_000), "model.safetensors.partial")
    _ = try workspace.fetch(from: FetchWorkspace.home(server.address))
    try workspace.expectWhole()
  }

  @Test func aPartThatIsTooLongIsNotGoneOnFrom() throws {
    let server = try HTTPServer(FetchWorkspace.hub)
    try workspace.makePart(Array(repeating: 1, count: 60_000), "model.safetensors.partial")
    _ = try workspace.fetch(from: FetchWorkspace.home(server.address))
    try workspace.expectWhole()
  }

  /// The size is not known, and the server does not say it, but that there is nothing from there on.
  @Test func aRefusedRangeStartsOver() throws {
    let server = try HTTPServer { request in
      request.method == "HEAD" ? HTTPServer.Response(405) : FetchWorkspace.hub(request)
    }
    try workspace.makePart(Array(repeating: 1, count: 50_000), "model.safetensors.partial")
    _ = try workspace.fetch(
      from: FetchWorkspace.home(server.address), model: FetchWorkspace.model(sizes: false))
    try workspace.expectWhole()
  }

  @Test func redirectionsAreFollowed() throws {
    let server = try HTTPServer { request in
      guard request.path.hasPrefix("/somebody") else {
        let name = request.path.components(separatedBy: "/").last ?? ""
        return HTTPServer.Response(file: FetchWorkspace.contents[name] ?? [], for: request)
      }
      return HTTPServer.Response(302, headers: ["Location": "/elsewhere" + request.path])
    }
    _ = try workspace.fetch(from: FetchWorkspace.home(server.address))
    try workspace.expectWhole()
  }

  @Test func theTokenReachesTheServerAndNotTheArguments() throws {
    let server = try HTTPServer(FetchWorkspace.hub)
    let log = workspace.directory.file("arguments")
    let curl = workspace.directory.file("curl")
    try workspace.directory.writeProgram(
      "#!/bin/sh\necho \"$@\" >>'\(log)'\nexec curl \"$@\"\n", to: "curl")
    let token = #"hf_a"b\c"#
    _ = try workspace.fetch(
      from: FetchWorkspace.home(server.address, token: token), FetchWorkspace.options { $0.curl = curl })
    try workspace.expectWhole()
    #expect(server.requests.allSatisfy { $0.headers["authorization"] == "Bearer " + token })
    let arguments = try String(contentsOfFile: log, encoding: .utf8)
    #expect(arguments.contains("--config -") && !arguments.contains("hf_a"))
  }

  @Test func noTokenNoHeader() throws {
    let server = try HTTPServer(FetchWorkspace.hub)
    _ = try workspace.fetch(from: FetchWorkspace.home(server.address))
    #expect(server.requests.allSatisfy { $0.headers["authorization"] == nil })
  }

  @Test func whatHappensIsReported() throws {
    let server = try HTTPServer(FetchWorkspace.hub)
    let events = Mutex<[FetchEvent]>([])
    let options = FetchWorkspace.options { $0.report = { event in events.withLock { $0.append(event) } } }
    let fetched = try workspace.fetch(from: FetchWorkspace.home(server.address), options)
    let told = events.withLock { $0 }
    for file in fetched.files {
      let size = file.bytes
      #expect(told.contains(.began(file: file.name, at: 0)))
      #expect(told.contains(.checking(file: file.name, bytes: size, total: size)))
      #expect(told.contains(.finished(file)))
    }
  }
}
