extension Tokenizer {
  /// Stands in where there is no tokenizer: the text of each token is its number and a space. It encodes no text.
  ///
  /// - Parameter vocabularySize: V of the model, at most 65,536. With GPT-2's number of tokens the last is end-of-text;
  ///   otherwise none is.
  public static func numbers(below vocabularySize: Int) -> Tokenizer {
    var vocabulary = Vocabulary()
    for id in 0..<vocabularySize { vocabulary.append("\(id) ".utf8) }
    let isGPT2 = vocabularySize == DataVocabulary.gpt2
    let endOfText = isGPT2 ? vocabularySize - 1 : vocabularySize
    return Tokenizer(
      path: "the model", vocabulary: vocabulary, endOfText: endOfText, addedTokens: [],
      specialTokens: SpecialTokens(endOfText: endOfText), parsesSpecialTokens: false, unmerged: [])
  }
}
