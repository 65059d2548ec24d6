import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

@testable import GPT2ModelHub

/// Where models are looked for.
@Suite struct PlacesTests {
  private let directory: TemporaryDirectory
  private static let revision = "607a30d783dfa663caf39e06633721c8d4cfcd7e"

  init() throws { directory = try TemporaryDirectory() }

  private func environment(_ variables: [String: String]) -> Environment { Environment { variables[$0] } }

  private func gpt2() throws -> CatalogueModel { try #require(ModelCatalogue.model(named: "gpt2")) }

  @Test(arguments: [
    (["GPT2_MODELS": "/m", "XDG_CACHE_HOME": "/x", "HOME": "/h"], "/m"),
    (["XDG_CACHE_HOME": "/x", "HOME": "/h"], "/x/gpt2-swift"),
    (["GPT2_MODELS": "", "XDG_CACHE_HOME": "", "HOME": "/h"], "/h/.cache/gpt2-swift"),
    ([:], nil),
  ])
  func theStoreIsWhereTheVariablesSay(variables: [String: String], expected: String?) {
    #expect(ModelStore(environment: environment(variables))?.root == expected)
  }

  @Test(arguments: [
    (["HF_HUB_CACHE": "/c", "HF_HOME": "/f", "HOME": "/h"], "/c"),
    (["HF_HOME": "/f", "HOME": "/h"], "/f/hub"),
    (["XDG_CACHE_HOME": "/x", "HOME": "/h"], "/x/huggingface/hub"),
    (["HOME": "/h"], "/h/.cache/huggingface/hub"),
    ([:], nil),
  ])
  func theirCacheIsWhereHuggingFaceHubHasIt(variables: [String: String], expected: String?) {
    #expect(HuggingFaceCache(environment: environment(variables))?.root == expected)
  }

  @Test func addressesAreThoseOfTheHub() throws {
    let gpt2 = try gpt2()
    let file = try #require(gpt2.files.first)
    let path = "openai-community/gpt2/resolve/\(Self.revision)/config.json"
    let usual = try ModelHome(environment: environment([:]))
    #expect(usual.address(of: file, of: gpt2) == "https://huggingface.co/\(path)")
    let mirror = try ModelHome(environment: environment(["HF_ENDPOINT": "https://mirror.org/hf/"]))
    #expect(mirror.address(of: file, of: gpt2) == "https://mirror.org/hf/\(path)")
    let folder = try ModelHome(folder: "file:///some folder/größe/")
    #expect(folder.address(of: file, of: gpt2) == "file:///some%20folder/gr%C3%B6%C3%9Fe/config.json")
  }

  @Test func aFetchedModelIsFoundByAnyOfItsNames() throws {
    let here = environment(["GPT2_MODELS": directory.path])
    try directory.write("{}", to: "gpt2/config.json")
    for name in ["gpt2", "GPT2", "124M", "openai-community/gpt2"] {
      let found = try NamedModel(name, environment: here)
      #expect(found?.path == directory.file("gpt2") && found?.note == nil)
    }
  }

  @Test func aNameThatNobodyHasIsNotAModels() throws {
    #expect(try NamedModel("gpt5", environment: environment([:])) == nil)
  }

  @Test func aModelThatIsNotThereIsToBeFetched() throws {
    let nowhere = environment(["GPT2_MODELS": directory.file("models"), "HF_HOME": directory.path])
    try directory.write("{", to: "models/distilgpt2.partial/config.json")
    let error = #expect(throws: FileError.self) { try NamedModel("distilgpt2", environment: nowhere) }
    #expect(error?.path == "distilgpt2")
    #expect(error?.description.contains("fetch it: gpt2 fetch distilgpt2 (339 MiB)") ?? false)
  }

  @Test(arguments: ["models--openai-community--gpt2", "models--gpt2"])
  func aModelInTheirCacheIsTakenAloud(folder: String) throws {
    let here = environment(["GPT2_MODELS": directory.file("models"), "HF_HOME": directory.path])
    let snapshot = "hub/\(folder)/snapshots/\(Self.revision)"
    try directory.write("{}", to: snapshot + "/config.json")
    // Without weights, as tokenizers are cached, it is no model.
    #expect(throws: FileError.self) { try NamedModel("gpt2", environment: here) }
    try directory.write("", to: snapshot + "/model.safetensors")
    let found = try NamedModel("gpt2", environment: here)
    #expect(found?.path == directory.file(snapshot))
    #expect(found?.note == "gpt2 is the one in Hugging Face's cache, \(directory.file(snapshot))")
    // What was fetched here comes first.
    try directory.write("{}", to: "models/gpt2/config.json")
    #expect(try NamedModel("gpt2", environment: here)?.path == directory.file("models/gpt2"))
  }

  @Test func ofAnotherRevisionTheLastIsTaken() throws {
    let here = environment(["HF_HUB_CACHE": directory.path])
    let other = String(repeating: "0a", count: 20)
    try directory.write("{}", to: "models--gpt2/snapshots/\(other)/config.json")
    try directory.write("", to: "models--gpt2/snapshots/\(other)/pytorch_model.bin")
    #expect(throws: FileError.self) { try NamedModel("gpt2", environment: here) }
    // What a file of theirs says is no path of ours.
    try directory.write("../../../../../../../../../../../../../tmp", to: "models--gpt2/refs/main")
    #expect(throws: FileError.self) { try NamedModel("gpt2", environment: here) }
    try directory.write(other, to: "models--gpt2/refs/main")
    #expect(
      try NamedModel("gpt2", environment: here)?.path == directory.file("models--gpt2/snapshots/\(other)"))
  }
}
