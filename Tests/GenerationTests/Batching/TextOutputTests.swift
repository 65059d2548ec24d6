import Dispatch
import Testing

@testable import GPT2Generation

@Suite struct TextOutputTests {
  private struct LostWakeUp: Error {}

  /// A writer that rests while its reader is behind hears of every token that makes room, however the two meet.
  @Test func noWakeUpIsLost() async throws {
    let news = DispatchSemaphore(value: 0)
    let output = TextOutput { news.signal() }
    let count = 50_000
    DispatchQueue(label: "writer").async {
      for index in 0..<count {
        while output.isBehind {
          var isTold = false
          // A reader that does not come to run stays behind; one that has taken a token must say so.
          repeat {
            isTold = news.wait(timeout: .now() + 0.1) == .success
          } while !isTold && output.isBehind
          guard isTold || news.wait(timeout: .now() + 60) == .success else {
            _ = output.end(.failure(LostWakeUp()))
            return
          }
        }
        output.write([
          GeneratedToken(token: index, text: "", logProbability: nil, alternatives: [], finishReason: nil)
        ])
      }
      _ = output.end(.success(()))
    }
    var read = 0
    while let token = try await output.next() {
      try #require(token.token == read)
      read += 1
    }
    #expect(read == count)
  }
}
