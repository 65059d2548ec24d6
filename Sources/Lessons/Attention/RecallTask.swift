import GPT2RandomNumbers

/// A text whose answers only looking back can give: letters, each with a digit after it, then all the letters again in
/// another order. "a3b7c1d4" says what is to be known, "b7d4a3c1" asks for it.
///
/// The digits are drawn anew for each text, so that nothing can be learnt about them but how to look.
package struct RecallTask: Equatable, Sendable {
  /// Letters to draw from, at most 26, and digits, at most 10.
  package let letters: Int
  package let digits: Int
  /// P: letters of a text, of which none is there twice.
  package let pairs: Int

  package init(letters: Int = 8, digits: Int = 10, pairs: Int = 4) {
    precondition((1...26).contains(letters) && (1...10).contains(digits), "letters that there are not")
    precondition((1...letters).contains(pairs), "more pairs than letters")
    self.letters = letters
    self.digits = digits
    self.pairs = pairs
  }

  /// V
  package var vocabularySize: Int { letters + digits }

  /// The character of each token: letters, then digits.
  package var characters: [Character] {
    Array("abcdefghijklmnopqrstuvwxyz".prefix(letters)) + Array("0123456789".prefix(digits))
  }

  /// The tokens of a text; `nil` if one of its characters has none.
  package func tokens(of text: String) -> [Int]? {
    let characters = characters
    let tokens = text.map { characters.firstIndex(of: $0) }
    return tokens.contains(nil) ? nil : tokens.compactMap(\.self)
  }

  package func text(of tokens: some Sequence<Int>) -> String {
    let characters = characters
    return String(tokens.map { characters[$0] })
  }

  /// A text of 4P tokens.
  package func draw(using random: inout MersenneTwister) -> [Int] {
    var order = Array(0..<letters)
    var statements: [[Int]] = []
    for place in 0..<pairs {
      order.swapAt(place, place + Self.index(below: letters - place, &random))
      statements.append([order[place], letters + Self.index(below: digits, &random)])
    }
    var questions = statements
    for place in 0..<pairs { questions.swapAt(place, place + Self.index(below: pairs - place, &random)) }
    return Array((statements + questions).joined())
  }

  private static func index(below count: Int, _ random: inout MersenneTwister) -> Int {
    Int(random.nextUnit() * Double(count))
  }

  /// The first half's letters. Nothing tells the token after each.
  package var statements: [Int] { (0..<pairs).map { 2 * $0 } }

  /// Where a text of this task asks: the second half's letters. The token after each is its answer.
  package var questions: [Int] { (0..<pairs).map { 2 * pairs + 2 * $0 } }
}
