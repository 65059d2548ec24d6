import Dispatch
import GPT2Generation
import GPT2Kernels
import GPT2Tokens
import GPT2Transformer

@testable import GPT2Server

extension Reader {
  /// The server's answers, without its sockets: a method and a path on the first line, the body behind it.
  static var server: [Reader] {
    [
      Reader("http") { input in
        guard let server = fuzzedServer else { preconditionFailure("no server") }
        let cut = input.bytes.firstIndex(of: UInt8(ascii: "\n")) ?? input.bytes.count
        let words = String(decoding: input.bytes[..<cut], as: UTF8.self).split(separator: " ", maxSplits: 1)
        let body = Array(input.bytes[min(cut + 1, input.bytes.count)...])
        let request = APIRequest(
          words.first.map(String.init) ?? "", words.dropFirst().first.map(String.init) ?? "",
          headers: ["origin": "http://example.com"]
        ) { body }
        let done = DispatchSemaphore(value: 0)
        Task.detached {
          if case .streamed(let pieces) = await server.answer(request).body {
            try? await pieces { _ in }
          }
          done.signal()
        }
        done.wait()
      }
    ]
  }
}

/// With two models of single bytes, one of which talks; a few tokens a text.
private let fuzzedServer: APIServer? = {
  var limits = ServerLimits()
  limits.tokens = 4
  limits.texts = 4
  limits.body = 1 << 16
  let shelf = try? ModelShelf {
    let configuration = try Configuration(
      maximumSequenceLength: 32, vocabularySize: 257, layers: 1, heads: 2, channels: 16)
    let parameters = try Parameters(zeroed: configuration)
    let model = try LanguageModel(Weights(parameters), on: Workers(count: 1))
    let template = InstructionTemplate(
      user: .init(before: "Q:", after: "\n"), assistant: .init(before: "A:", after: "\n"))
    return [
      ServedModel("bytes", BatchScheduler(model, .byteLevel)),
      ServedModel("talker", BatchScheduler(model, .byteLevel), template: template),
    ]
  }
  return shelf.map { APIServer($0, limits: limits) }
}()
