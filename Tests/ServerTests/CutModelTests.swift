import Foundation
import GPT2ModelFiles
import TestSupport
import Testing

@testable import GPT2Server

/// A model's file that somebody cuts while it is served.
@Suite struct CutModelTests {
  #if os(Linux) && compiler(>=6.2)
    /// In a process of its own, which knows the file for cut from then on.
    @Test func itIsNamedAndTheServerStays() async {
      await #expect(processExitsWith: .success) {
        let directory = try TemporaryDirectory()
        let path = directory.file("model.bin")
        try Checkpoint.write(Fixture.parameters(), to: path, replacing: false)
        let fixture = try Fixture(modelFile: path)
        let request = #"{"prompt": "a", "max_tokens": 2}"#
        #expect(try await fixture.complete(request).status == 200)
        try #require(truncate(path, 4096) == 0)
        for _ in 0..<2 {
          let answer = try await fixture.complete(request)
          #expect(answer.status == 503)
          let error = try answer.json["error"]
          #expect(error["code"].text == "model_file_lost" && error["type"].text == "server_error")
          #expect(error["message"].text?.contains("\(path): found 4096 bytes, for it was cut") == true)
        }
        #expect(try await fixture.get("/v1/models").status == 200)
        #expect(try await fixture.complete(#"{"prompt": [257]}"#).status == 400)
      }
    }
  #endif
}
