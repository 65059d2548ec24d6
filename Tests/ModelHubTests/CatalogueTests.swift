import Testing

@testable import GPT2ModelHub

@Suite struct CatalogueTests {
  @Test func noTwoModelsShareAName() {
    let names = ModelCatalogue.models.flatMap(\.names).map { $0.lowercased() }
    #expect(Set(names).count == names.count)
  }

  @Test func everyEntryIsWhole() throws {
    for model in ModelCatalogue.models {
      #expect(model.repository.split(separator: "/").count == 2)
      guard case .gitBlob = Checksum(model.revision) else {
        Issue.record("\(model.name): \(model.revision) is no revision")
        continue
      }
      #expect(model.files.last?.name == "model.safetensors")
      for file in model.files {
        #expect(file.name.allSatisfy { $0.isLowercase || $0 == "_" || $0 == "." })
        // As it was typed in.
        let digits = try #require(file.checksum?.digits)
        #expect(Checksum(digits) == file.checksum, "\(model.name) \(file.name)")
      }
      #expect(Set(model.files.compactMap(\.checksum?.digits)).count == model.files.count)
    }
  }

  /// fp32 parameters, of which the token table is one, and in each layer a mask of 1024 × 1024, which these files hold;
  /// before them a header of some kilobytes.
  @Test(arguments: [
    ("gpt2", 124_439_808, 12), ("gpt2-medium", 354_823_168, 24), ("gpt2-large", 774_030_080, 36),
    ("gpt2-xl", 1_557_611_200, 48), ("distilgpt2", 81_912_576, 6),
  ])
  func weightsHaveTheSizeOfTheirTensors(name: String, parameters: Int, layers: Int) throws {
    let weights = try #require(ModelCatalogue.model(named: name)?.files.last)
    let tensors = 4 * parameters + layers << 22
    switch weights.size {
    case .exact(let bytes): #expect((1000...100_000).contains(bytes - tensors))
    case .about(let bytes): #expect(bytes == tensors)
    case .unknown: Issue.record("no size")
    }
  }

  @Test(arguments: [
    ("gpt2-meduim", ["gpt2-medium"]), ("gtp2", ["gpt2"]), ("distil-gpt2", ["distilgpt2"]),
    ("llama", ["gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl", "distilgpt2"]),
  ])
  func namesThatAreNear(name: String, expected: [String]) {
    #expect(ModelCatalogue.model(named: name) == nil)
    #expect(ModelCatalogue.names(near: name) == expected)
  }
}
