import GPT2BinaryFiles
import Foundation
import GPT2Generation
import GPT2Kernels
import TestSupport
import Testing
import GPT2WeightFormats

@testable import GPT2ModelFiles
@testable import GPT2Transformer

/// Models that are nearly GPT-2, which dev/reference/make_relatives.py had transformers make and compute with.
@Suite struct RelativesTests {
  struct Case: Sendable, CustomStringConvertible {
    let name: String
    let file: String
    let changes: [String: any Sendable]
    let logits: [Double]
    var description: String { name }
  }

  static let tokens: [Int32] = [3, 28, 0, 11, 11, 7]

  static func cases() throws -> [Case] {
    let data = try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("relatives/expected.json")))
    let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    return (object?["cases"] as? [[String: Any]] ?? []).map {
      Case(
        name: $0["name"] as? String ?? "", file: $0["file"] as? String ?? "",
        changes: ($0["config"] as? [String: Any] ?? [:]).mapValues { value in
          (value as? String).map { $0 as any Sendable } ?? (value as? NSNumber ?? 0)
        }, logits: $0["logits"] as? [Double] ?? [])
    }
  }

  private let directory: TemporaryDirectory
  private var output: String { directory.file("out") }

  init() throws { directory = try TemporaryDirectory() }

  /// A folder of a case's model.
  private func folder(_ relative: Case) throws -> String {
    let folder = directory.file("model")
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let source = TestFiles.fixture("relatives")
    let weights = try Data(contentsOf: URL(fileURLWithPath: source + "/\(relative.file).safetensors"))
    try weights.write(to: URL(fileURLWithPath: folder + "/model.safetensors"))
    let config = try Data(contentsOf: URL(fileURLWithPath: source + "/config.json"))
    var members = try JSONSerialization.jsonObject(with: config) as? [String: Any] ?? [:]
    members.merge(relative.changes) { $1 }
    try JSONSerialization.data(withJSONObject: members)
      .write(to: URL(fileURLWithPath: folder + "/config.json"))
    return folder
  }

  private func logits(_ weights: Weights, reading parts: [Int]) throws -> [Float] {
    let model = try LanguageModel(weights, precision: .fp32, on: Workers(count: 2))
    let cache = KeyValueCache(for: model, capacity: 9)
    let pass = InferencePass(model.configuration)
    var tokens = Self.tokens[...]
    for count in parts {
      try model.read([.init(cache, Array(tokens.prefix(count)))], in: pass)
      tokens = tokens.dropFirst(count)
    }
    return Array(pass.logits())
  }

  private func expectClose(_ found: [Float], _ expected: [Double], _ name: String) {
    #expect(found.count == expected.count)
    let largest = expected.map(abs).max() ?? 0
    for (x, y) in zip(found, expected) { #expect(abs(Double(x) - y) < 3e-6 * largest, "\(name)") }
  }

  /// As a prompt, token by token, and again from the folder that is written of it.
  @Test func logitsAreThoseOfTransformers() throws {
    let cases = try Self.cases()
    #expect(cases.count == 13)
    for relative in cases {
      let weights = try Weights.read(try folder(relative))
      for parts in [[6], [1, 1, 1, 1, 1, 1], [4, 2]] {
        expectClose(try logits(weights, reading: parts), relative.logits, relative.name)
      }
      try HuggingFaceFolderWriter(output, tokenizer: nil, replacing: true).write(weights, format: .fp32)
      let again = try Weights.read(output)
      #expect(again.configuration == weights.configuration)
      #expect(again.differences == weights.differences)
      #expect(try logits(again, reading: [6]) == logits(weights, reading: [6]), "\(relative)")
    }
    // They are not all the same: three are GPT-2 by other names, and one occurs twice.
    #expect(Set(cases.map { ($0.logits.first ?? 0) * 1e4 }.map { $0.rounded() }).count == 9)
  }

  /// GGUF keeps what llama.cpp knows of, and refuses the rest by name, as llm.c's format does with all of it.
  @Test func otherFormats() throws {
    let known = ["n_inner", "layer_norm_epsilon", "a head"]
    for relative in try Self.cases() {
      let weights = try Weights.read(try folder(relative))
      let gguf = directory.file("model.gguf")
      let unknown = weights.differences.filter { word in !known.contains { word.hasPrefix($0) } }
      if unknown.isEmpty {
        try weights.writeGGUF(to: gguf, format: .fp32, replacing: true)
        let again = try Weights.read(gguf)
        #expect(again.configuration == weights.configuration)
        #expect(try logits(again, reading: [6]) == logits(weights, reading: [6]), "\(relative)")
      } else {
        let cause = expectFileError(gguf) {
          try weights.writeGGUF(to: gguf, format: .fp32, replacing: true)
        }
        expectNamed(unknown, in: cause)
      }
      let bin = directory.file("model.bin")
      if weights.differences.isEmpty {
        try Checkpoint.write(weights, to: bin, replacing: true, version: .float32)
      } else {
        let cause = expectFileError(bin) {
          try Checkpoint.write(weights, to: bin, replacing: true, version: .float32)
        }
        expectNamed(weights.differences, in: cause)
      }
    }
  }

  /// Training knows GPT-2 alone.
  @Test func trainingRefusesThemByName() throws {
    for relative in try Self.cases() {
      let folder = try folder(relative)
      let differences = try Weights.read(folder).differences
      if differences.isEmpty {
        _ = try Parameters.read(folder)
      } else {
        let cause = expectFileError(folder + "/model.safetensors") { _ = try Parameters.read(folder) }
        expectNamed(differences, in: cause)
      }
    }
  }

  @Test func whatTheyDifferIn() throws {
    let words = try Self.cases().map { try Weights.read(try folder($0)).differences.joined(separator: "; ") }
    #expect(
      words == [
        "", "", "activation_function = gelu", "", "scale_attn_by_inverse_layer_idx = true",
        "scale_attn_weights = false", "scale_attn_weights = false; scale_attn_by_inverse_layer_idx = true",
        "",
        "scale_attn_by_inverse_layer_idx = true", "layer_norm_epsilon = 0.03", "n_inner = 20",
        "a head of its own",
        "n_inner = 20; layer_norm_epsilon = 0.03; activation_function = gelu; "
          + "scale_attn_by_inverse_layer_idx = true",
      ])
  }

  /// As PyTorch rounded the same values.
  @Test func float64IsRounded() throws {
    let cases = try Self.cases()
    let rounded = try Parameters.read(try folder(cases[0]))
    let wide = try Parameters.read(try folder(cases[1]))
    let weights = try Weights.read(directory.file("model"))
    for tensor in ParameterTensor.allCases { #expect(wide.copy(of: tensor) == rounded.copy(of: tensor)) }
    #expect(decoded(weights[.fcw, 1]) == Array(rounded.copy(of: .fcw).suffix(48 * 12)))
    withExtendedLifetime(weights) {}
  }

  /// A head of its own is rounded with all else, and counted instead of the table.
  @Test func aHeadInAnotherFormat() throws {
    let relative = try #require(try Self.cases().first { $0.name == "untied" })
    let weights = try Weights.read(try folder(relative))
    let own = try #require(weights.ownClassifier)
    #expect(decoded(own) != decoded(weights[.wte].rows(0..<29)))
    #expect(weights.multipliedByteCount == 4 * 12 * (29 + 2 * (36 + 12 + 48 + 48)))
    let small = try weights.encoded(as: .bf16)
    #expect(small.ownClassifier?.format == .bf16)
    #expect(weights.multipliedByteCount(in: .bf16) == small.multipliedByteCount)
    let expected = relative.logits
    for (x, y) in zip(try logits(small, reading: [6]), expected) {
      #expect(abs(Double(x) - y) < 0.1 * (expected.map(abs).max() ?? 0))
    }
  }

  private func expectNamed(_ differences: [String], in cause: FileError.Cause?) {
    guard case .mismatch(let found, _, _) = cause else {
      Issue.record("\(String(describing: cause))")
      return
    }
    #expect(found == "a model with " + differences.joined(separator: ", "))
  }
}
