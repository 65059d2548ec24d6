import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

@testable import GPT2Tokens

/// Whole documents for validation, drawn at random.
struct DrawnSinkTests {
  /// What Python draws: see dev/reference/make_draws.py.
  private struct Case: Decodable {
    let lengths: [Int]
    let seed: UInt32
    let given: Int?
    let goal: Int
    let drawn: [Int]
  }

  private let directory: TemporaryDirectory
  private let cases: [Case]
  private let endOfText: UInt16 = 256

  init() throws {
    directory = try TemporaryDirectory()
    let data = try Data(contentsOf: URL(filePath: TestFiles.fixture("draws.json")))
    cases = try JSONDecoder().decode([Case].self, from: data)
  }

  /// Documents of these lengths: end-of-text, and then numbers that go on from one to the next.
  private func documents(_ lengths: [Int]) -> [[UInt16]] {
    var next = 0
    return lengths.map { length in
      [endOfText]
        + (1..<max(1, length)).map { _ in
          next += 1
          return UInt16(next % 256)
        }
    }
  }

  private func sink(_ given: Int?, seed: UInt32, capacity: Int = 1 << 20) throws -> DrawnSink {
    try DrawnSink(
      prefix: directory.file("out"), validationCount: given, seed: seed, endOfText: 256, vocabularySize: 257,
      replacing: true, capacity: capacity)
  }

  /// Gives a sink the tokens in parts, and returns what it wrote.
  private func write(
    _ tokens: [UInt16], to sink: DrawnSink, partsOf size: Int
  ) throws -> (validation: [Int32], training: [Int32]) {
    var rest = tokens[...]
    while !rest.isEmpty {
      try sink.append(rest.prefix(size))
      rest = rest.dropFirst(size)
    }
    try TokenFileWriter.commit(try sink.finish(source: "text"))
    let files = try ["out_val.bin", "out_train.bin"].map { try TokenFile(contentsOf: directory.file($0)) }
    return (files[0].load(0..<files[0].count), files[1].load(0..<files[1].count))
  }

  @Test func documentsAreThoseThatPythonDraws() throws {
    #expect(cases.count == 60)
    for known in cases {
      let documents = documents(known.lengths)
      let tokens = documents.flatMap { $0 }
      var validation = known.drawn.flatMap { documents[$0] }
      var training = documents.indices.filter { !known.drawn.contains($0) }.flatMap { documents[$0] }
      if known.drawn.isEmpty {
        (training, validation) = (tokens.dropLast(known.goal), tokens.suffix(known.goal))
      }
      for size in [1, 7, 100_000] {
        let sink = try sink(known.given, seed: known.seed)
        let found = try write(tokens, to: sink, partsOf: size)
        #expect(found.validation == validation.map(Int32.init), "\(known)")
        #expect(found.training == training.map(Int32.init), "\(known)")
        let share = Double(validation.count) / Double(tokens.count)
        #expect(
          sink.draw
            == ValidationDraw(
              drawn: known.drawn.count, documents: documents.count, seed: known.seed, share: share))
      }
    }
  }

  /// More documents than wait: none is lost or cut, the same ones are drawn whatever the parts are, and from all over.
  @Test func theMemoryIsBounded() throws {
    let lengths = (0..<3000).map { 2 + $0 * 7 % 90 }
    let documents = documents(lengths)
    let tokens = documents.flatMap { $0 }
    var first: [Int32] = []
    for size in [13, 4096] {
      let found = try write(tokens, to: try sink(4000, seed: 3, capacity: 10_000), partsOf: size)
      #expect((4000...4090).contains(found.validation.count))
      let all = (split(found.validation) + split(found.training)).map { $0.map(UInt16.init) }
      #expect(all.count == 3000)
      #expect(
        all.sorted { $0.lexicographicallyPrecedes($1) }
          == documents.sorted { $0.lexicographicallyPrecedes($1) })
      if first.isEmpty { first = found.validation }
      #expect(found.validation == first)
    }
    // As if all had waited.
    let unbounded = try write(tokens, to: try sink(4000, seed: 3), partsOf: 4096)
    #expect(unbounded.validation == first)
    let other = try write(tokens, to: try sink(4000, seed: 4), partsOf: 4096)
    #expect(other.validation != first)
  }

  private func split(_ tokens: [Int32]) -> [[Int32]] {
    var documents: [[Int32]] = []
    for token in tokens {
      if token == 256 { documents.append([]) }
      documents[documents.count - 1].append(token)
    }
    return documents
  }

  /// Longer than a quarter of what waits: never drawn, and written as they come.
  @Test func longDocumentsAreForTraining() throws {
    let documents = documents([50, 3000, 60, 2600, 40, 55])
    let tokens = documents.flatMap { $0 }
    for size in [9, 10_000] {
      let found = try write(tokens, to: try sink(170, seed: 1, capacity: 10_000), partsOf: size)
      let kept = split(found.validation).map { $0.map(UInt16.init) }
      #expect(kept.count == 4 && kept.allSatisfy { $0.count < 100 && documents.contains($0) })
      #expect(found.validation.count + found.training.count == tokens.count)
    }
    // Only such: the last tokens are cut off, though most were written long before.
    let long = self.documents([5000, 9000]).flatMap { $0 }
    for size in [9, 100_000] {
      let sink = try sink(200, seed: 1, capacity: 10_000)
      let found = try write(long, to: sink, partsOf: size)
      #expect(found.validation == long.suffix(200).map(Int32.init))
      #expect(found.training == long.dropLast(200).map(Int32.init))
      #expect(sink.draw?.drawn == 0 && sink.draw?.documents == 2)
    }
  }

  @Test(arguments: [-1, 1, 9, 10, 11, Int.max])
  func impossibleNumbers(validationCount: Int) throws {
    let text = try directory.write(Array("123456789".utf8), to: "text")
    let corpus = try Corpus([.file(text)], documents: .file, tokenizer: .byteLevel)
    let found = expectFileError(text) {
      _ = try corpus.write(
        to: directory.file("out"), layout: .drawn(validationCount: validationCount, seed: 1), replacing: false
      )
    }
    guard case .mismatch("10 tokens, of which \(validationCount) for validation", _, _) = found else {
      Issue.record("found \(String(describing: found))")
      return
    }
    #expect(try directory.names() == ["text"])
  }

  @Test func tooLittleText() throws {
    let text = try directory.write(Array("ab".utf8), to: "text")
    let corpus = try Corpus([.file(text)], documents: .file, tokenizer: .byteLevel)
    let found = expectFileError(text) {
      _ = try corpus.write(
        to: directory.file("out"), layout: .drawn(validationCount: nil, seed: 1), replacing: false)
    }
    guard case .mismatch("3 tokens", _, "give more text") = found else {
      Issue.record("found \(String(describing: found))")
      return
    }
    let none = try corpus.write(
      to: directory.file("out"), layout: .drawn(validationCount: 0, seed: 1), replacing: false)
    #expect(none?.files.files.map(\.path) == [directory.file("out_train.bin")] && none?.files.draw == nil)
  }
}
