import ArgumentParser
import GPT2Lessons
import GPT2Terminal

struct BPECommand: Rung {
  static let original = LadderIndex.Original("karpathy/minbpe", at: "https://github.com/karpathy/minbpe")
  static let sources = "BytePairs"

  static let configuration = CommandConfiguration(
    commandName: "bpe",
    abstract: "A tokenizer learns which bytes to join.",
    discussion: """
      Trains a byte-pair tokenizer as minbpe does, on a whole text and inside the pieces of GPT-2's pattern, and prints the \
      merges as minbpe prints them. With --output its page goes through the merges one by one.

        ladder bpe --string aaabdaaabac --merges 3
        ladder bpe --output lessons/bpe

      gpt2 tokenizer train trains such tokenizers on texts of any size, in a fraction of the time.
      """)

  @Option(help: "The text to learn from.", completion: .file())
  var text = "data/tinyshakespeare.txt"

  @Option(help: "A text of a few words to learn from, instead of a file.")
  var string: String?

  @Option(help: "Merges to make; the vocabulary has as many tokens and 256 bytes.")
  var merges = 256

  @Option(help: "Merges of each kind to print.")
  var shown = 20

  @OptionGroup var options: RungOptions

  func validate() throws {
    try merges.check("--merges", from: 1, to: 2_000)
    try shown.check("--shown", from: 0, to: 2_000)
    if string?.isEmpty == true { throw ValidationError("--string is empty, expected a text.") }
  }

  func climb() throws {
    let text = try string.map { Array($0.utf8) } ?? BytePairLesson.text(of: text)
    var progress = ProgressLine()
    let lesson = BytePairLesson(text, merges: merges) { done in
      progress.show(Progress(done: done).saying("\(Int((done * 100).rounded(.down))) %"))
    }
    progress.clear()
    try options.finish(lesson.results, lines: lesson.lines(shown: shown)) { lesson.gallery }
  }
}
