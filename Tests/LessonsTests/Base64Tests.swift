import Foundation
import Testing

@testable import GPT2Lessons

@Suite struct Base64Tests {
  @Test(arguments: 0..<20)
  func isFoundations(count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 97 &+ count &* 31) }
    #expect(Base64.text(of: bytes) == Data(bytes).base64EncodedString())
  }
}
