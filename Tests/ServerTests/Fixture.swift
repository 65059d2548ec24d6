import Foundation
import GPT2Generation
import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer

@testable import GPT2Server

/// A server of small models of single bytes with random weights, and questions to it without a socket: "bytes", and
/// "talker", which has a template.
struct Fixture: Sendable {
  /// Of both models; those of "bytes" may be in a file.
  static func parameters() throws -> Parameters {
    let configuration = try Configuration(
      maximumSequenceLength: 48, vocabularySize: 257, layers: 2, heads: 2, channels: 32)
    return try .random(configuration, seed: 5)
  }

  let server: APIServer
  /// What was logged.
  let records: Records

  init(
    limits: ServerLimits = ServerLimits(), keys: [String] = [], origins: [String] = [],
    texts: BatchScheduler.Limits = BatchScheduler.Limits(), logsPrompts: Bool = false,
    modelFile: String? = nil
  ) throws {
    let records = Records()
    self.records = records
    let shelf = try ModelShelf {
      let workers = Workers(count: 2)
      let model = try LanguageModel(Weights(Self.parameters()), on: workers)
      let stored = try modelFile.map { path in
        try LanguageModel(ModelFile(contentsOf: path).weights(on: workers), on: workers)
      }
      let template = InstructionTemplate(
        system: .init(after: "|"), user: .init(before: "Q:", after: "\n"),
        assistant: .init(before: "A:", after: "\n"))
      return [
        ServedModel("bytes", BatchScheduler(stored ?? model, .byteLevel, limits: texts)),
        ServedModel("talker", BatchScheduler(model, .byteLevel, limits: texts), template: template),
      ]
    }
    server = APIServer(
      shelf, limits: limits, keys: APIKeys(keys), crossOrigin: CrossOrigin(origins),
      logsPrompts: logsPrompts,
      log: records.add)
  }

  func get(_ path: String, headers: [String: String] = [:]) async throws -> Answer {
    try await Answer(server.answer(APIRequest("GET", path, headers: headers)))
  }

  func post(_ path: String, _ body: String, headers: [String: String] = [:]) async throws -> Answer {
    try await Answer(server.answer(APIRequest("POST", path, headers: headers) { Array(body.utf8) }))
  }

  func complete(_ body: String) async throws -> Answer { try await post("/v1/completions", body) }
}

/// What a server logged.
final class Records: @unchecked Sendable {
  // `@unchecked`: behind `lock`.
  private let lock = NSLock()
  private var records: [RequestRecord] = []

  func add(_ record: RequestRecord) { lock.withLock { records.append(record) } }
  var all: [RequestRecord] { lock.withLock { records } }
}

/// An answer, all of it.
struct Answer {
  let status: Int
  let headers: [String: String]
  let body: String

  init(status: Int, headers: [String: String], body: String) {
    (self.status, self.headers, self.body) = (status, headers, body)
  }

  init(_ response: APIResponse) async throws {
    status = response.status
    headers = Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }) { $1 }
    switch response.body {
    case .whole(let bytes): body = String(decoding: bytes, as: UTF8.self)
    case .streamed(let pieces):
      var text = ""
      try await pieces { text += $0 }
      body = text
    }
  }

  var json: JSONTree { get throws { try JSONTree(body) } }

  /// The events of a stream, without the last, which must be [DONE].
  var events: [JSONTree] {
    get throws {
      let lines = body.components(separatedBy: "\n\n")
      #expect(lines.suffix(2) == ["data: [DONE]", ""])
      return try lines.dropLast(2).map { line in
        #expect(line.hasPrefix("data: "))
        return try JSONTree(String(line.dropFirst(6)))
      }
    }
  }
}

/// JSON of any shape, by the system's own reader.
enum JSONTree: Equatable, Decodable {
  case null
  case bool(Bool)
  case number(Double)
  case text(String)
  case list([JSONTree])
  case object([String: JSONTree])

  init(_ text: String) throws { self = try JSONDecoder().decode(JSONTree.self, from: Data(text.utf8)) }

  init(from decoder: any Decoder) throws {
    let single = try decoder.singleValueContainer()
    if single.decodeNil() {
      self = .null
    } else if let value = try? single.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? single.decode(Double.self) {
      self = .number(value)
    } else if let value = try? single.decode(String.self) {
      self = .text(value)
    } else if let value = try? single.decode([JSONTree].self) {
      self = .list(value)
    } else {
      self = .object(try single.decode([String: JSONTree].self))
    }
  }

  subscript(_ key: String) -> JSONTree {
    guard case .object(let members) = self else { return .null }
    return members[key] ?? .null
  }

  subscript(_ index: Int) -> JSONTree { list.indices.contains(index) ? list[index] : .null }

  var isNull: Bool { self == .null }
  var text: String? { if case .text(let text) = self { text } else { nil } }
  var number: Double? { if case .number(let number) = self { number } else { nil } }
  var int: Int? { number.map { Int($0) } }
  var list: [JSONTree] { if case .list(let list) = self { list } else { [] } }
  var keys: [String] { if case .object(let members) = self { members.keys.sorted() } else { [] } }
}
