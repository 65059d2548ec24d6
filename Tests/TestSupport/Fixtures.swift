import Foundation
import GPT2ModelFiles
import GPT2Tokens

/// The tokenizers under test, and what tiktoken makes of awkward texts with them.
package enum Fixtures {
  /// Some of GPT-2's structure in 757 tokens; see dev/tokenizer/make_fixture.py.
  package static func smallTokenizer() throws -> Tokenizer {
    try Tokenizer(contentsOf: TestFiles.fixture("tokenizer/small.bin"))
  }

  /// GPT-2's own, if it is there.
  package static let gpt2Path = TestFiles.data("gpt2_tokenizer.bin")

  package struct Vector: Decodable {
    package let text: String
    package let ids: [Int]
  }

  package static func vectors(_ path: String) throws -> [Vector] {
    try JSONDecoder().decode([Vector].self, from: Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// A tokenizer file: a header with the given fields, then each token with its length.
  package static func tokenizerFile(
    magic: Int32 = 20_240_328, version: Int32 = 2, size: Int32? = nil, endOfText: Int32 = 1,
    tokens: [[UInt8]] = [[97], [98, 99]]
  ) -> [UInt8] {
    var fields = [Int32](repeating: 0, count: 256)
    fields.replaceSubrange(0..<4, with: [magic, version, size ?? Int32(tokens.count), endOfText])
    return littleEndian(fields) + tokens.flatMap { [UInt8($0.count)] + $0 }
  }

  /// A token file with the given header fields and tokens.
  package static func tokenFile(
    _ tokens: [UInt16], magic: Int32 = 20_240_520, version: Int32 = 1, count: Int32? = nil
  ) -> [UInt8] {
    var fields = [Int32](repeating: 0, count: 256)
    fields.replaceSubrange(0..<3, with: [magic, version, count ?? Int32(tokens.count)])
    return littleEndian(fields) + littleEndian(tokens)
  }

  package static func littleEndian<T: FixedWidthInteger>(_ values: [T]) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
  }
}
