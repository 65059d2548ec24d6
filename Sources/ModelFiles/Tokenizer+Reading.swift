import GPT2BinaryFiles
import GPT2GGUF
import GPT2ModelHub
import GPT2SafeTensors
import GPT2Tokens

extension Tokenizer {
  /// The tokenizer that a path names, whatever kind it is of: llm.c's tokenizer file, a GGUF file that holds one, a
  /// tokenizer.json, a vocab.json with merges.txt beside it, or a folder of Hugging Face's; or the one of a model that
  /// `gpt2 fetch` has fetched, by the model's name.
  ///
  /// - Throws: `FileError` that says what the file is if it is no tokenizer, or what is wrong with it.
  package static func read(_ name: String) throws(FileError) -> Tokenizer {
    let path = try NamedModel(name)?.path ?? name
    let file: MappedFile
    do throws(FileError) {
      file = try MappedFile(path: path)
    } catch {
      guard error.cause == .isDirectory else { throw error }
      return try Tokenizer(huggingFaceFolder: path)
    }
    if startsAsObject(file) { return try readJSON(path) }
    if let kind = kindWithoutTokenizer(file) {
      throw noTokenizer(path, found: kind, advice: "name the tokenizer that goes with it")
    }
    if file.bytes.starts(with: "#version".utf8) {
      throw noTokenizer(
        path, found: "the merges of a tokenizer without its tokens",
        advice: "name \(HuggingFaceTokenizer.vocabulary) beside it")
    }
    if magic(of: file) == GGUFFormat.magic { return try Tokenizer(try GGUFFile(file)) }
    return try Tokenizer(contentsOf: path)
  }

  /// One of the two JSON files that hold tokens.
  private static func readJSON(_ path: String) throws(FileError) -> Tokenizer {
    let object = try JSONParser.object(contentsOf: path)
    let isWhole = object["model"]?.object != nil
    guard isWhole || object.members.first?.value.integer != nil else {
      throw noTokenizer(
        path, found: "JSON without a vocabulary",
        advice: "name \(HuggingFaceTokenizer.whole) or \(HuggingFaceTokenizer.vocabulary), or their folder")
    }
    return try Tokenizer(huggingFaceFile: path, holding: object, isWhole: isWhole)
  }

  private static func startsAsObject(_ file: MappedFile) -> Bool {
    let first = file.bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    return first == UInt8(ascii: "{")
  }

  private static func magic(of file: MappedFile) -> Int32? {
    file.count >= MemoryLayout<Int32>.size ? file.load(Int32.self, at: 0) : nil
  }

  /// What a file is that is often taken for a tokenizer.
  private static func kindWithoutTokenizer(_ file: MappedFile) -> String? {
    switch magic(of: file) {
    case Checkpoint.magic: "a model checkpoint of llm.c's, which holds no tokenizer"
    case TokenFile.magic: "a file of tokens, not the tokenizer that made them"
    case _ where SafeTensorsFile.mayBe(file): "a safetensors file, which holds no tokenizer"
    default: nil
    }
  }

  private static func noTokenizer(_ path: String, found: String, advice: String) -> FileError {
    FileError(
      path,
      .mismatch(
        found: found,
        expected: "a tokenizer: llm.c's .bin, a .gguf, tokenizer.json, vocab.json, or a Hugging Face folder",
        advice: advice))
  }
}
