import Foundation
import TestSupport
import Testing

/// `convert` and others on models that are nearly GPT-2 (dev/reference/make_relatives.py).
@Suite struct ConvertRelativesTests {
  private let directory: TemporaryDirectory
  private let folder: String

  /// A head of its own, scores divided by the layer's number, a head for another task.
  init() throws {
    directory = try TemporaryDirectory()
    folder = directory.file("relative")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: TestFiles.fixture("relatives/untied.safetensors"), toPath: folder + "/model.safetensors")
    try FileManager.default.copyItem(
      atPath: TestFiles.fixture("relatives/config.json"), toPath: folder + "/config.json")
  }

  private func configure(_ key: String, _ value: String) throws {
    let url = URL(fileURLWithPath: folder + "/config.json")
    var members = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any] ?? [:]
    members[key] = try JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)
    try JSONSerialization.data(withJSONObject: members).write(to: url)
  }

  /// A folder keeps the head, and says it truly even where its config.json did not.
  @Test func aHeadOfItsOwn() throws {
    let copy = directory.file("copy/")
    let gguf = directory.file("copy.gguf")
    let back = directory.file("back/")
    #expect(try Command("convert", folder, copy).exitCode == 0)
    let weights = try Data(contentsOf: URL(fileURLWithPath: folder + "/model.safetensors"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: copy + "model.safetensors")) == weights)
    let config = try String(contentsOfFile: copy + "config.json", encoding: .utf8)
    #expect(config.contains("\"tie_word_embeddings\": false"))
    #expect(try Command("convert", folder, gguf, "--without-tokenizer").exitCode == 0)
    #expect(try Command("convert", gguf, back).exitCode == 0)
    #expect(try Data(contentsOf: URL(fileURLWithPath: back + "model.safetensors")) == weights)
    for arguments in [
      ["convert", folder, directory.file("x.bin")],
      ["train", "--model", folder, "--data", "none.bin", "--output", directory.file("run"), "-t", "8"],
      ["train", "--model", gguf, "--data", "none.bin", "--output", directory.file("run"), "-t", "8"],
    ] {
      let refused = try Command(arguments)
      #expect(refused.exitCode == 2)
      #expect(refused.diagnostics.contains("a model with a head of its own"))
    }
  }

  /// What only config.json can say is refused by name elsewhere.
  @Test func whatOtherFilesCannotSay() throws {
    try configure("scale_attn_by_inverse_layer_idx", "true")
    for name in ["x.bin", "x.gguf", "x.safetensors"] {
      let arguments = ["convert", folder, directory.file(name)]
      let refused = try Command(arguments + (name == "x.gguf" ? ["--without-tokenizer"] : []))
      #expect(refused.exitCode != 0)
      #expect(refused.diagnostics.contains("scale_attn_by_inverse_layer_idx = true"), "\(name)")
    }
    #expect(try !directory.names().contains { $0.hasPrefix("x.") })
  }
}
