import GPT2ModelFiles
import GPT2Tokens

extension Reader {
  /// Tokenizers, and files of tokens.
  static var tokens: [Reader] {
    [
      Reader("tokenizer") { try readTokenizer($0.file("input.bin")) },
      Reader("tokenizer-json") { try readTokenizer($0.file("tokenizer.json")) },
      Reader("tokenizer-config") { input in
        _ = input.files("tokenizer.json", "tokenizer_config.json")
        try readTokenizer(input.folder)
      },
      Reader("vocabulary") { input in
        _ = input.files("vocab.json", "merges.txt")
        try readTokenizer(input.folder + "vocab.json")
      },
      Reader("tokens") { input in
        let file = try TokenFile(contentsOf: input.file())
        try file.check(below: 300)
        _ = file.load(0..<min(file.count, 100))
      },
      Reader("choices") { input in
        let file = try ChoiceFile(contentsOf: input.file())
        try file.check(below: 300, longest: 64)
      },
      Reader("headerless-tokens") { input in
        let path = input.file()
        for kind in [HeaderlessTokens.uint16, .int32] {
          _ = try? HeaderlessCorpus([.file(path)], kind: kind, vocabularySize: 300).write(
            to: input.folder + "tokens", layout: .split(validationCount: 1), replacing: true)
        }
      },
    ]
  }

  /// And encodes and decodes with it, which must give the same again.
  private static func readTokenizer(_ path: String) throws {
    let tokenizer = try Tokenizer.read(path)
    let text = Array("Hello, world's\n  <|endoftext|> é世🙂 12".utf8)
    guard let ids = try? tokenizer.encode(text) else { return }
    // A prefix may be added, and bytes that have no token left out.
    _ = tokenizer.decode(ids)
    _ = try? tokenizer.encode(text, parsingSpecialTokens: true)
    _ = try? tokenizer.merges()
  }
}
