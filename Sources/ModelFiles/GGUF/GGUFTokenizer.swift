import BinaryFiles
import GGUF
import Tokens

/// A byte-pair tokenizer in a GGUF file's metadata, as llama.cpp has it for GPT-2.
enum GGUFTokenizer {
  /// What the keys of a tokenizer begin with.
  static let prefix = "tokenizer."
  static let model = "tokenizer.ggml.model"
  static let splitting = "tokenizer.ggml.pre"
  static let tokens = "tokenizer.ggml.tokens"
  static let tokenTypes = "tokenizer.ggml.token_type"
  static let merges = "tokenizer.ggml.merges"
  static let beginning = "tokenizer.ggml.bos_token_id"
  static let end = "tokenizer.ggml.eos_token_id"

  static let modelName = "gpt2"
  static let splittingName = "gpt-2"

  /// llama.cpp's enum llama_token_type.
  static let normalToken: Int32 = 1
  static let controlToken: Int32 = 3
}

extension GGUFFile {
  /// All there is of a tokenizer, of any kind, as it is: to be written into another file. Empty if there is none.
  public var tokenizerMetadata: [MetadataEntry] {
    metadata.filter { $0.key.utf8.starts(with: GGUFTokenizer.prefix.utf8) }
  }
}

extension Tokenizer {
  /// The metadata that lets llama.cpp, and `init(_:)`, use this tokenizer.
  ///
  /// - Throws: `FileError` if the tokenizer has no token for some byte.
  public func ggufMetadata() throws(FileError) -> [MetadataEntry] {
    let spelt = (0..<vocabularySize).map { ByteSpelling.text(of: vocabulary[$0]) }
    let types = (0..<vocabularySize).map {
      $0 == endOfText ? GGUFTokenizer.controlToken : GGUFTokenizer.normalToken
    }
    let merges = try merges().map { "\(spelt[$0.left]) \(spelt[$0.right])" }
    return [
      MetadataEntry(GGUFTokenizer.model, .string(GGUFTokenizer.modelName)),
      MetadataEntry(GGUFTokenizer.splitting, .string(GGUFTokenizer.splittingName)),
      MetadataEntry(GGUFTokenizer.tokens, .strings(spelt)),
      MetadataEntry(GGUFTokenizer.tokenTypes, .int32s(types)),
      MetadataEntry(GGUFTokenizer.merges, .strings(merges)),
      MetadataEntry(GGUFTokenizer.beginning, .uint32(UInt32(endOfText))),
      MetadataEntry(GGUFTokenizer.end, .uint32(UInt32(endOfText))),
    ]
  }

  /// The tokenizer in a GGUF file; its end-of-text is the file's end of a sequence.
  ///
  /// - Throws: `FileError` if the file has none, or none that splits and merges as GPT-2's.
  public convenience init(_ file: GGUFFile) throws(FileError) {
    let reader = GGUFTokenizerReader(file: file)
    try reader.checkKind()
    let vocabulary = try reader.vocabulary()
    let endOfText = try reader.endOfText(count: vocabulary.count)
    try reader.checkMerges(of: vocabulary, endOfText: endOfText)
    self.init(path: file.path, vocabulary: vocabulary, endOfText: endOfText)
  }
}
