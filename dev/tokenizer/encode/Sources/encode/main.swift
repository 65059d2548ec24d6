// The Swift side of compare.py.
//
//   encode TOKENIZER           texts on standard input, tokens on standard output; each text, and each list of
//                              tokens, is its length as int32 and then the bytes or int32 ids
//   encode TOKENIZER FILE      the best of 20 times to encode FILE
import Foundation
import GPT2Kit

extension Data {
  mutating func appendInt32(_ value: Int) {
    Swift.withUnsafeBytes(of: Int32(value).littleEndian) { append(contentsOf: $0) }
  }
}

let arguments = CommandLine.arguments
let tokenizer = try Tokenizer.open(arguments[1])
if arguments.count > 2 {
  let text = [UInt8](try Data(contentsOf: URL(fileURLWithPath: arguments[2])))
  let clock = ContinuousClock()
  let first = try clock.measure { _ = try tokenizer.encode("a") }
  let times = try (0..<20).map { _ in try clock.measure { _ = try tokenizer.encode(text) } }
  let seconds = times.min().map { Double($0.components.attoseconds) / 1e18 } ?? 0
  print("making the encoder \(first), then \(Double(text.count) / seconds / 1e6) MB/s")
} else {
  let input = [UInt8](FileHandle.standardInput.readDataToEndOfFile())
  var output = Data()
  var offset = 0
  while offset < input.count {
    let length = (0..<4).reduce(0) { $0 | Int(input[offset + $1]) << (8 * $1) }
    let tokens = try tokenizer.encode(Array(input[offset + 4..<offset + 4 + length]))
    output.appendInt32(tokens.count)
    for token in tokens { output.appendInt32(token) }
    offset += 4 + length
  }
  FileHandle.standardOutput.write(output)
}
