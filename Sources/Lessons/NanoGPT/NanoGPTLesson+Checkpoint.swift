import GPT2BinaryFiles
import GPT2ModelFiles
import GPT2Platform
import GPT2Tokens
import GPT2Transformer

extension NanoGPTLesson {
  /// Of the token file of the last tenth of the text, which the model was validated on: `gpt2 evaluate --data` takes it.
  package static let validationFile = "val.bin"

  /// Keeps the model as a run does, with its tokenizer, so that whatever takes a run's directory takes this one; and the text
  /// that it was validated on. What the lesson kept before is replaced.
  ///
  /// - Parameter directory: There already.
  /// - Returns: Where the model is.
  /// - Throws: `FileError` if the system refuses a step.
  package func keep(in directory: String) throws(FileError) -> String {
    let folder = Folder.withSlash(directory)
    let step = losses.count
    let path = folder + RunFileName(.model, step).name
    try Checkpoint.write(model.parameters, to: path, replacing: true)
    try RunTokenizer.write(text.tokenizer, in: folder, replacing: true)
    try TokenFile.write(
      text.validation[...], to: folder + Self.validationFile, vocabularySize: text.characters.count,
      replacing: true)
    // From here on the directory is that of a run.
    try FileWriter.write(to: folder + RunFileName(.done, step).name, replacing: true) { _ in }
    for name in try Folder.names(in: directory) {
      guard let file = RunFileName(name), file.step != step else { continue }
      if file.kind == .model || file.kind == .done { FileSystem.unlink(folder + name) }
    }
    return path
  }
}

extension CharacterText {
  /// The characters as tokens. A tokenizer has a token that ends a text, and here all stand for themselves: it is the
  /// rarest of them, of those as rare the last.
  var tokenizer: Tokenizer {
    var counts = [Int](repeating: 0, count: characters.count)
    for token in training { counts[Int(token)] += 1 }
    for token in validation { counts[Int(token)] += 1 }
    let rarest = counts.indices.min { (counts[$0], -$0) < (counts[$1], -$1) } ?? 0
    var vocabulary = Vocabulary()
    for character in characters { vocabulary.append(String(character).utf8) }
    return Tokenizer(path: path, vocabulary: vocabulary, endOfText: rarest)
  }
}
