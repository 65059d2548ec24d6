import ArgumentParser
import GPT2Tokens

/// Whether special tokens that stand in a prompt are meant as such.
struct SpecialTokenOptions: ParsableArguments {
  @Flag(
    inversion: .prefixedNo,
    help: """
      Take special tokens in the text, such as <|endoftext|>, as the tokens they name, or spell them out. By default \
      they are taken as such with the tokenizer of a folder, a .json or a .gguf file, not with llm.c's. Added tokens \
      that are not special are always taken as such.
      """)
  var specialTokens: Bool?

  func parses(with tokenizer: Tokenizer) -> Bool { specialTokens ?? tokenizer.parsesSpecialTokens }
}
