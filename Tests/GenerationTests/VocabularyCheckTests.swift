import GPT2BinaryFiles
import GPT2Generation
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer

@Suite struct VocabularyCheckTests {
  @Test func aTokenizerOfAnotherSizeIsRefusedByItsName() throws {
    let path = TestFiles.fixture("tokenizer/small.bin")
    let model = Model(try Checkpoint.read(TestFiles.fixture("tiny.bin")))
    let tokenizer = try Tokenizer(contentsOf: path)
    let cause = expectFileError(path) { try model.configuration.check(tokenizer, readFrom: path) }
    #expect(
      cause
        == .mismatch(
          found: "a vocabulary of 757 tokens", expected: "the model's 31",
          advice: "use the tokenizer that the model was trained with"))
  }

  /// The padding rows are no tokens: 257 tokens fit a model of V = 257, whatever its Vp.
  @Test(arguments: [257, 384])
  func aTokenizerOfTheSameSizeFits(padded: Int) throws {
    let configuration = try Configuration(
      maximumSequenceLength: 4, vocabularySize: 257, paddedVocabularySize: padded, layers: 1, heads: 1,
      channels: 2)
    try configuration.check(.byteLevel, readFrom: "bytes.bin")
  }

  /// Tables may be padded where nothing says so.
  @Test func aTokenizerOfFewerTokensFits() throws {
    let configuration = try Configuration(
      maximumSequenceLength: 4, vocabularySize: 300, layers: 1, heads: 1, channels: 2)
    try configuration.check(.byteLevel, readFrom: "bytes.bin")
  }

  @Test func aTokenizerOfThePaddedSizeDoesNot() throws {
    let configuration = try Configuration(
      maximumSequenceLength: 4, vocabularySize: 256, paddedVocabularySize: 257, layers: 1, heads: 1,
      channels: 2)
    let model = Model(try Parameters(zeroed: configuration))
    expectFileError("bytes.bin") { try model.configuration.check(.byteLevel, readFrom: "bytes.bin") }
  }
}
