import GPT2BinaryFiles

/// What samples are cut from: a token file, or tokens in memory.
enum TokenShard: Sendable {
  case file(TokenFile)
  case memory([UInt16])

  /// Where it is from, as errors name it.
  var path: String {
    switch self {
    case .file(let file): file.path
    case .memory: Self.memoryName
    }
  }

  /// What errors call tokens in memory.
  static let memoryName = "the tokens"

  var count: Int {
    switch self {
    case .file(let file): file.count
    case .memory(let tokens): tokens.count
    }
  }

  /// The token at `index`, in 0..<`count`.
  subscript(index: Int) -> Int {
    switch self {
    case .file(let file): file[index]
    case .memory(let tokens): Int(tokens[index])
    }
  }

  /// The tokens of `range`, which lies in 0..<`count`.
  func load(_ range: Range<Int>) -> [Int32] {
    switch self {
    case .file(let file): file.load(range)
    case .memory(let tokens): tokens[range].map { Int32($0) }
    }
  }

  /// Checks that a file is still as long as it was.
  ///
  /// - Throws: `FileError` if it was cut meanwhile.
  func check() throws(FileError) {
    if case .file(let file) = self { try file.check() }
  }

  /// Checks that every token is below `vocabularySize`.
  ///
  /// - Throws: `FileError` with the first token that is not, and its position.
  func check(below vocabularySize: Int) throws(FileError) {
    switch self {
    case .file(let file): try file.check(below: vocabularySize)
    case .memory(let tokens):
      guard let first = tokens.firstIndex(where: { $0 >= vocabularySize }) else { return }
      throw FileError(
        path,
        .tokenOutOfRange(token: Int(tokens[first]), position: first, vocabularySize: vocabularySize))
    }
  }

  /// Whether a token is there at least once.
  func holds(_ token: Int32) -> Bool {
    switch self {
    case .file(let file): file.holds(token)
    case .memory(let tokens): UInt16(exactly: token).map(tokens.contains) ?? false
    }
  }
}
