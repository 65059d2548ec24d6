import Testing

@testable import GPT2Transformer

@Suite struct ParameterTensorTests {
  /// OpenAI's 124M, whose sizes are known from llm.c.
  private let gpt2 = try? ModelSize(descriptor: "d12")?.configuration(
    vocabularySize: 50257, maximumSequenceLength: 1024)

  @Test func gpt2HasItsKnownNumberOfParameters() throws {
    let gpt2 = try #require(gpt2)
    #expect(gpt2.paddedVocabularySize == 50304)
    #expect(gpt2.parameterCount == 124_475_904)
  }

  @Test func tensorsAreInCheckpointOrderWithTheirShapes() throws {
    let gpt2 = try #require(gpt2)
    #expect(
      ParameterTensor.allCases.map { "\($0.name) \($0.shapeDescription(in: gpt2))" } == [
        "wte (50304, 768)", "wpe (1024, 768)", "ln1w (12, 768)", "ln1b (12, 768)",
        "qkvw (12, 2304, 768)", "qkvb (12, 2304)", "attprojw (12, 768, 768)", "attprojb (12, 768)",
        "ln2w (12, 768)", "ln2b (12, 768)", "fcw (12, 3072, 768)", "fcb (12, 3072)",
        "fcprojw (12, 768, 3072)", "fcprojb (12, 768)", "lnfw (768)", "lnfb (768)",
      ])
  }

  @Test func onlyMatricesDecay() {
    let decaying = ParameterTensor.allCases.filter(\.isMatrix).map(\.name)
    #expect(decaying == ["wte", "wpe", "qkvw", "attprojw", "fcw", "fcprojw"])
  }

  /// DESIGN's estimate for B=4, T=64 is 6 × parameters × tokens: about 190 billion.
  @Test func aStepOf124MTakesSome190BillionOperations() throws {
    let operations = try #require(gpt2).operationsPerStep(tokens: 256, sequenceLength: 64)
    #expect((185e9...195e9).contains(operations))
  }

  /// 304 weights, 256 of them the classifier's and 12 queries', keys' and values'; 6 products of attention.
  @Test func whatIsFrozenTakesAThirdLess() throws {
    let small = try Configuration(
      maximumSequenceLength: 3, vocabularySize: 128, layers: 1, heads: 1, channels: 2)
    func operations(_ trained: TensorSet, _ adapters: AdapterLayout? = nil) -> Double {
      small.operationsPerStep(tokens: 5, sequenceLength: 3, training: trained, adapters: adapters)
    }
    #expect(operations(.all) == 6 * 5 * (304 + 6))
    #expect(operations(.none) == 4 * 5 * 304 + 6 * 5 * 6)
    #expect(operations(TensorSet([.qkvw, .wpe])) == operations(.none) + 2 * 5 * 12)
    let adapters = try AdapterLayout(small, rank: 2, alpha: 1, targets: TensorSet([.qkvw]))
    #expect(operations(.none, adapters) == operations(.none) + 6 * 5 * 2 * (6 + 2))
  }

  @Test(arguments: [
    ("d1", 1, 1, 64), ("d4", 4, 4, 256), ("d6", 6, 6, 384), ("d12", 12, 12, 768), ("gpt2:d12", 12, 12, 768),
    ("d24", 24, 16, 1024), ("d36", 36, 20, 1280), ("d48", 48, 25, 1600), ("d60", 60, 30, 1920),
    ("d72", 72, 30, 2880), ("d84", 84, 36, 3456), ("gpt3:c384", 6, 6, 384), ("gpt3:c768", 12, 12, 768),
    ("gpt3:c1536", 24, 16, 1536), ("gpt3:c2560", 32, 32, 2560), ("gpt3:c12288", 96, 96, 12288),
    ("4x4x128", 4, 4, 128), ("1x3x12", 1, 3, 12),
  ])
  func descriptorsAreLlmcs(descriptor: String, layers: Int, heads: Int, channels: Int) throws {
    let size = try #require(ModelSize(descriptor: descriptor))
    #expect(size.layers == layers && size.heads == heads && size.channels == channels)
    #expect(try size.configuration(vocabularySize: 5, maximumSequenceLength: 3).headSize * heads == channels)
  }

  @Test func sizesOfGPT3HaveTwiceThePositions() throws {
    #expect(ModelSize(descriptor: "gpt3:c768")?.positions == 2048)
    #expect(ModelSize(descriptor: "d12")?.positions == 1024)
  }

  @Test(arguments: [
    "", "d", "d0", "d-1", "d13", "d012", "d+6", "12", "e12", "gpt2_124M.bin", "d12.bin", "gpt3:c769",
    "gpt3:768",
    "4x4", "4x4x", "4x4x128x1", "0x4x128", "4x-4x128", "4x04x128", "x4x4x128", "4 x4x128",
  ])
  func otherDescriptorsAreNone(descriptor: String) {
    #expect(ModelSize(descriptor: descriptor) == nil)
  }

  @Test func impossibleConfigurationsAreRefused() {
    func error(_ maxT: Int, _ V: Int, _ L: Int, _ NH: Int, _ C: Int, padded: Int? = nil) -> String? {
      do throws(ConfigurationError) {
        _ = try Configuration(
          maximumSequenceLength: maxT, vocabularySize: V, paddedVocabularySize: padded, layers: L,
          heads: NH, channels: C)
        return nil
      } catch {
        return error.field
      }
    }
    #expect(error(8, 9, 1, 2, 4) == nil)
    #expect(error(0, 9, 1, 2, 4) == "maximum sequence length")
    #expect(error(8, 0, 1, 2, 4) == "vocabulary size")
    #expect(error(8, 9, -1, 2, 4) == "layers")
    #expect(error(8, 9, 1, 0, 4) == "heads")
    #expect(error(8, 9, 1, 2, .max) == "channels")
    #expect(error(8, 9, 1, 3, 4) == "heads")
    #expect(error(8, 9, 1, 2, 4, padded: 8) == "padded vocabulary size")
  }
}
