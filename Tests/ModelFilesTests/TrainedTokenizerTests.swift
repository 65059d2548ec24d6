import Foundation
import GPT2BinaryFiles
import GPT2ModelFiles
import GPT2Tokens
import TestSupport
import Testing

/// A trained tokenizer in the files that others read.
struct TrainedTokenizerTests {
  private let directory: TemporaryDirectory
  private let tokenizer: Tokenizer
  private let text = "the theme of the thesis: they then gathered their other thoughts\n"

  init() throws {
    directory = try TemporaryDirectory()
    let path = try directory.write(Array(text.utf8), to: "text")
    let counter = PieceCounter([.file(path)], documents: .file, reading: .text)
    let pieces = try #require(try counter.count())
    let settings = try TokenizerSettings(
      vocabularySize: 270, minimumFrequency: 1, specialTokens: ["<|user|>"])
    tokenizer = try #require(try TokenizerTrainer(settings).train(on: pieces, path: "made")).tokenizer
  }

  @Test func aFolderIsReadAsItWasWritten() throws {
    let folder = directory.file("made")
    try HuggingFaceTokenizerWriter(folder, replacing: false).write(tokenizer)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [
        "merges.txt", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.json",
      ])
    let read = try Tokenizer.read(folder)
    #expect(read.vocabulary == tokenizer.vocabulary && read.endOfText == 269)
    #expect(read.addedTokens.map(\.content) == ["<|user|>", "<|endoftext|>"])
    #expect(try read.merges().map { [$0.left, $0.right] } == tokenizer.merges().map { [$0.left, $0.right] })
    #expect(try read.encode(text) == tokenizer.encode(text))
    #expect(try read.encode("<|user|>the", parsingSpecialTokens: true).first == 268)
  }

  @Test func aFileIsReadAsItWasWritten() throws {
    let file = directory.file("made.bin")
    try tokenizer.write(to: file, replacing: false)
    #expect(try Tokenizer.read(file).vocabulary == tokenizer.vocabulary)
    #expect(try Tokenizer.read(file).encode(text) == tokenizer.encode(text))
  }

  @Test func whatIsThereIsLeftUnlessAsked() throws {
    let folder = directory.file("made")
    try HuggingFaceTokenizerWriter(folder, replacing: false).write(tokenizer)
    let writer = HuggingFaceTokenizerWriter(folder, replacing: false)
    #expect(throws: FileError(folder + "/tokenizer.json", .alreadyExists)) { try writer.write(tokenizer) }
    try directory.write("mine", to: "made/notes.txt")
    try HuggingFaceTokenizerWriter(folder, replacing: true).write(tokenizer)
    #expect(try String(contentsOfFile: folder + "/notes.txt", encoding: .utf8) == "mine")
    // One that would be read with it.
    try directory.write("{}", to: "made/added_tokens.json")
    #expect(throws: FileError.self) { try HuggingFaceTokenizerWriter(folder, replacing: true).check() }
  }
}
