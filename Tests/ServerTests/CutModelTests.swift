import Foundation
import GPT2ModelFiles
import TestSupport
import Testing

@testable import GPT2Server

/// A model's file that somebody cuts while it is served. Each test in a process of its own, which knows the file for cut
/// from then on.
#if os(Linux) && compiler(>=6.2)
  @Suite struct CutModelTests {
    /// Pages of it, or the end of its last one, which reads as zeros without a signal.
    @Test func itIsNamedAndTheOthersAreServed() async {
      await #expect(processExitsWith: .success) {
        for lost in [nil, 1] as [Int?] {
          let scene = try CutModel()
          #expect(try await scene.fixture.complete(CutModel.request).status == 200)
          let left = try lost.map { try scene.size - $0 } ?? 4096
          try scene.cut(to: left)
          for _ in 0..<2 {
            let answer = try await scene.fixture.complete(CutModel.request)
            #expect(answer.status == 503)
            scene.expectLost(try answer.json, left)
          }
          #expect(try await scene.fixture.get("/v1/models").status == 200)
          #expect(try await scene.fixture.complete(#"{"prompt": [257]}"#).status == 400)
          let other = try await scene.fixture.complete(
            #"{"model": "talker", "prompt": "a", "max_tokens": 2}"#)
          #expect(other.status == 200)
        }
      }
    }

    @Test func aStreamEndsWithTheError() async {
      await #expect(processExitsWith: .success) {
        let scene = try CutModel()
        try scene.cut(to: 4096)
        let answer = try await scene.fixture.complete(#"{"prompt": "a", "max_tokens": 2, "stream": true}"#)
        try #require(answer.body.hasPrefix("data: "))
        let event = answer.body.dropFirst("data: ".count).split(separator: "\n").first ?? ""
        scene.expectLost(try JSONTree(String(event)), 4096)
        let record = scene.fixture.records.all.last
        #expect(record?.isCutShort == false && record?.error?.contains("it was cut") == true)
      }
    }

    /// Written again, it is served again.
    @Test func loadedAgainItIsServed() async {
      await #expect(processExitsWith: .success) {
        let scene = try CutModel()
        let request = #"{"prompt": "a", "max_tokens": 5, "seed": 1}"#
        let first = try await scene.fixture.complete(request).json["choices"]
        try scene.cut(to: 4096)
        #expect(try await scene.fixture.complete(request).status == 503)
        try scene.writeAgain()
        try await scene.fixture.server.shelf.reload()
        let again = try await scene.fixture.complete(request)
        #expect(again.status == 200)
        #expect(try again.json["choices"] == first)
      }
    }
  }

  /// A server of a model in a file, and another.
  private struct CutModel {
    static let request = #"{"prompt": "a", "max_tokens": 2}"#
    let fixture: Fixture
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
      directory = try TemporaryDirectory()
      path = directory.file("model.bin")
      try Checkpoint.write(Fixture.parameters(), to: path, replacing: false)
      fixture = try Fixture(modelFile: path)
    }

    var size: Int { get throws { try Data(contentsOf: URL(fileURLWithPath: path)).count } }

    func cut(to count: Int) throws { try #require(truncate(path, off_t(count)) == 0) }

    func writeAgain() throws {
      try FileManager.default.removeItem(atPath: path)
      try Checkpoint.write(Fixture.parameters(), to: path, replacing: false)
    }

    func expectLost(_ answer: JSONTree, _ left: Int) {
      let error = answer["error"]
      #expect(error["code"].text == "model_file_lost" && error["type"].text == "server_error")
      #expect(error["message"].text?.contains("\(path): found \(left) bytes, for it was cut") == true)
    }
  }
#endif
