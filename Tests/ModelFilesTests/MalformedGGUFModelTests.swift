import GPT2BinaryFiles
import GPT2GGUF
import TestSupport
import Testing

@testable import GPT2ModelFiles
@testable import GPT2Transformer

/// One test a way in which a sound GGUF file can be no GPT-2, each made by changing what a good one holds.
@Suite struct MalformedGGUFModelTests {
  private let directory: TemporaryDirectory
  private let good: GGUFFile

  init() throws {
    directory = try TemporaryDirectory()
    good = try GGUFFile(contentsOf: PlacedModel.path)
  }

  /// What a file holds.
  private struct Contents {
    var metadata: [MetadataEntry]
    var tensors: [(info: TensorInfo, bytes: [UInt8])]

    mutating func set(_ key: String, to value: MetadataValue?) {
      metadata = metadata.compactMap { entry in
        entry.key == key ? value.map { MetadataEntry(key, $0) } : entry
      }
    }

    mutating func replace(_ name: String, dimensions: [Int]) {
      guard let index = tensors.firstIndex(where: { $0.info.name == name }) else { return }
      let info = TensorInfo(name: name, dimensions: dimensions, type: tensors[index].info.type)
      tensors[index] = (info, [UInt8](repeating: 0, count: info.byteCount ?? 0))
    }
  }

  @Test func nothingChanged() throws {
    #expect(try cause { _ in } == nil)
  }

  @Test func anotherArchitecture() throws {
    let key = "general.architecture"
    try expect("architecture 'llama'") { $0.set(key, to: .string("llama")) }
    try expect("no general.architecture") { $0.set(key, to: nil) }
    try expect("no general.architecture") { $0.set(key, to: .uint32(2)) }
  }

  @Test(arguments: [
    "gpt2.context_length", "gpt2.embedding_length", "gpt2.feed_forward_length", "gpt2.block_count",
    "gpt2.attention.head_count",
  ])
  func aNumberThatIsMissingOrNone(key: String) throws {
    try expect("no \(key)") { $0.set(key, to: nil) }
    try expect("\(key) that is no whole number") { $0.set(key, to: .string("8")) }
    try expect("\(key) that is no whole number") { $0.set(key, to: .uint64(.max)) }
  }

  @Test func numbersOfOtherTypesAreTaken() throws {
    #expect(try cause { $0.set("gpt2.context_length", to: .int64(8)) } == nil)
    #expect(try cause { $0.set("gpt2.attention.layer_norm_epsilon", to: .float64(1e-5)) } == nil)
  }

  @Test func anotherEpsilon() throws {
    let key = "gpt2.attention.layer_norm_epsilon"
    #expect(try cause { $0.set(key, to: .float32(1e-6)) } == nil)
    for epsilon: Float in [0, -1e-5, .infinity, .nan] {
      try expect("\(key) = \(epsilon)") { $0.set(key, to: .float32(epsilon)) }
    }
    try expect("no number \(key)") { $0.set(key, to: nil) }
    try expect("no number \(key)") { $0.set(key, to: .uint32(0)) }
  }

  @Test func numbersThatNoModelHas() throws {
    #expect(
      try cause { $0.set("gpt2.block_count", to: .uint32(1000)) }
        == .invalidField(name: "gpt2.block_count", found: 1000, expected: "at most 16, the tensors"))
    try expect("tensor blk.0.ffn_up.weight of shape (128, 32)") {
      $0.set("gpt2.feed_forward_length", to: .uint32(96))
    }
    #expect(
      try cause { $0.set("gpt2.feed_forward_length", to: .uint32(0)) }
        == .invalidField(name: "n_inner", found: 0, expected: "a value from 1 to 16777216"))
    #expect(
      try cause { $0.set("gpt2.attention.head_count", to: .uint32(3)) }
        == .invalidField(name: "heads", found: 3, expected: "a divisor of the 32 channels"))
    guard
      case .invalidField("layers", -1, _) = try cause({ $0.set("gpt2.block_count", to: .int32(-1)) })
    else {
      Issue.record("accepted -1 layers")
      return
    }
  }

  /// llama.cpp heeds each of these.
  @Test(arguments: [
    ("gpt2.rope.freq_base", MetadataValue.float32(10_000), "gpt2.rope.freq_base = 10000.0"),
    ("gpt2.attention.head_count_kv", .uint32(1), "gpt2.attention.head_count_kv = 1"),
    ("gpt2.attention.causal", .bool(false), "gpt2.attention.causal = false"),
    ("gpt2.attention.key_length", .uint32(8), "gpt2.attention.key_length = 8"),
    ("gpt2.vocab_size", .uint32(50_257), "gpt2.vocab_size = 50257"),
    ("gpt2.expert_count", .uint32(8), "gpt2.expert_count = 8"),
    ("general.type", .string("adapter"), "a file of type 'adapter'"),
    ("split.count", .uint16(3), "one of 3 parts of a model"),
    ("tokenizer.ggml.scores", .array(of: .float32, [.float32(0)]), "tokenizer.ggml.scores of 1 values"),
  ])
  func whatContradictsTheModelIsRefused(key: String, value: MetadataValue, found: String) throws {
    try expect(found) { contents in
      contents.set(key, to: nil)
      contents.metadata.append(MetadataEntry(key, value))
    }
  }

  @Test func whatSaysTheSameAgainIsTaken() throws {
    let said: [(String, MetadataValue)] = [
      ("gpt2.vocab_size", .uint32(757)), ("gpt2.attention.head_count_kv", .uint32(2)),
      ("gpt2.attention.key_length", .uint32(16)), ("gpt2.attention.causal", .bool(true)),
      ("split.count", .uint16(0)), ("gpt2.expert_count", .uint32(0)),
    ]
    #expect(try cause { $0.metadata += said.map { MetadataEntry($0.0, $0.1) } } == nil)
  }

  /// Three types for all tokens, and a token less than the table has rows.
  @Test func tokensAreAsManyAsRows() throws {
    try expect("tokenizer.ggml.token_type of 3 values") {
      $0.set("tokenizer.ggml.token_type", to: .int32s([1, 1, 3]))
    }
    let tokens = try #require(good["tokenizer.ggml.tokens"]?.strings)
    try expect("756 tokens, tokenizer.ggml.tokens, for a token table of 757 rows") {
      $0.set("tokenizer.ggml.tokens", to: .strings(tokens.dropLast()))
    }
  }

  @Test(arguments: ["token_embd.weight", "position_embd.weight", "blk.0.ffn_down.bias", "output_norm.bias"])
  func aMissingTensor(name: String) throws {
    try expect("no tensor \(name)") { $0.tensors.removeAll { $0.info.name == name } }
  }

  @Test func aMissingLayer() throws {
    try expect("no tensor blk.1.attn_norm.weight") { $0.set("gpt2.block_count", to: .uint32(2)) }
  }

  @Test(arguments: ["blk.1.attn_norm.weight", "rope_freqs.weight", "output.bias"])
  func anExtraTensor(name: String) throws {
    try expect("tensor \(name)") {
      $0.tensors.append((TensorInfo(name: name, dimensions: [1], type: .f32), [0, 0, 0, 0]))
    }
  }

  @Test(arguments: [
    ("position_embd.weight", [32, 9]), ("blk.0.attn_qkv.weight", [32, 95]),
    ("blk.0.attn_output.weight", [64, 16]),
    ("blk.0.ffn_norm.bias", [31]), ("blk.0.ffn_up.bias", [128, 1]), ("blk.0.ffn_up.weight", [32, 128, 1]),
    ("token_embd.weight", [32]), ("token_embd.weight", [64, 757]),
  ])
  func aTensorOfAnotherShape(name: String, dimensions: [Int]) throws {
    let shape = dimensions.reversed().map(String.init).joined(separator: ", ")
    try expect("tensor \(name) of shape (\(shape))") { $0.replace(name, dimensions: dimensions) }
  }

  @Test func theTokenTableOnceMore() throws {
    let table = try #require(good.tensors.first)
    let bytes = try contents().tensors[0].bytes
    let same = TensorInfo(name: "output.weight", dimensions: table.dimensions, type: table.type)
    #expect(try cause { $0.tensors.append((same, bytes)) } == nil)
    // Another is a head of its own, of whatever type.
    var changed = bytes
    changed[changed.count - 1] ^= 1
    #expect(try cause { $0.tensors.append((same, changed)) } == nil)
    let other = TensorInfo(name: "output.weight", dimensions: table.dimensions, type: .q4_0)
    let fewer = Array(bytes.prefix(try #require(other.byteCount)))
    #expect(try cause { $0.tensors.append((other, fewer)) } == nil)
    let short = TensorInfo(name: "output.weight", dimensions: [32, 756], type: table.type)
    try expect("tensor output.weight of shape (756, 32)") {
      $0.tensors.append((short, Array(bytes.prefix(short.byteCount ?? 0))))
    }
  }

  private func contents() throws -> Contents {
    Contents(
      metadata: good.metadata,
      tensors: good.tensors.map { info in (info, good.bytes(ofTensor: info.name).map { Array($0) } ?? []) })
  }

  private func cause(_ change: (inout Contents) -> Void) throws -> FileError.Cause? {
    var contents = try contents()
    change(&contents)
    let path = directory.file("model.gguf")
    let infos = contents.tensors.map(\.info)
    try GGUFWriter.write(to: path, replacing: true, metadata: contents.metadata, tensors: infos) {
      index, append throws(FileError) in
      let bytes = UnsafeMutableRawBufferPointer.allocate(
        byteCount: contents.tensors[index].bytes.count, alignment: 1)
      defer { bytes.deallocate() }
      bytes.copyBytes(from: contents.tensors[index].bytes)
      try append(UnsafeRawBufferPointer(bytes))
    }
    return fileErrorCause(path) { () throws(FileError) in
      _ = try GGUFModel(try GGUFFile(contentsOf: path)).weights()
    }
  }

  private func expect(
    _ words: String, sourceLocation: SourceLocation = #_sourceLocation, _ change: (inout Contents) -> Void
  ) throws {
    let cause = try cause(change)
    guard case .mismatch(let found, _, _) = cause else {
      Issue.record("expected a mismatch, found \(String(describing: cause))", sourceLocation: sourceLocation)
      return
    }
    #expect(found.hasPrefix(words), sourceLocation: sourceLocation)
  }
}
