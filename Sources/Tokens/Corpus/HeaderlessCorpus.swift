import GPT2BinaryFiles

/// Header-less token files as one stream of tokens, to be written with headers.
package struct HeaderlessCorpus: Sendable {
  private let inputs: [TextInput]
  private let kind: HeaderlessTokens
  private let vocabularySize: Int?

  /// - Parameters:
  ///   - inputs: Read one after the other.
  ///   - vocabularySize: If given, every token must be below it; else it must fit into 16 bits.
  package init(_ inputs: [TextInput], kind: HeaderlessTokens, vocabularySize: Int? = nil) {
    self.inputs = inputs
    self.kind = kind
    self.vocabularySize = vocabularySize
  }

  /// The size of all inputs, or `nil` if it is not known, as that of standard input.
  package var byteCount: Int? { InputReader.size(of: inputs) }

  /// Writes the tokens to files: see `Corpus.write`.
  ///
  /// - Returns: What was written, the documents not counted; `nil` if interrupted.
  /// - Throws: `FileError` if an input cannot be read, has a header, is not a whole number of tokens or has a token
  ///   out of range, if there are not enough tokens for the files, or if they cannot be written.
  package func write(
    to prefix: String, layout: TokenLayout = .split(validationCount: nil), replacing: Bool,
    isInterrupted: () -> Bool = { false }, observing observe: (CorpusProgress) -> Void = { _ in }
  ) throws(FileError) -> CorpusSummary? {
    let output = try TokenOutput(
      prefix: prefix, layout: layout, vocabularySize: vocabularySize, endOfText: nil, replacing: replacing)
    var progress = CorpusProgress()
    for input in inputs {
      let reader = try InputReader(input)
      var block = HeaderlessBlock(kind: kind, vocabularySize: vocabularySize, source: input.name)
      while !block.isAtEnd {
        guard try block.read(from: reader, isInterrupted), !isInterrupted() else { return nil }
        guard try output.append(block.tokens[...], isInterrupted: isInterrupted) else { return nil }
        progress.add(
          EncodedBlock(
            tokens: block.tokens, byteCount: block.byteCount, isLastOfInput: block.isAtEnd))
        observe(progress)
      }
    }
    let files = try output.commit(source: inputs.first?.name ?? "the list of files")
    return CorpusSummary(progress: progress, files: files)
  }
}

/// What is read of a header-less file at once.
private struct HeaderlessBlock {
  let kind: HeaderlessTokens
  let vocabularySize: Int?
  let source: String
  private(set) var tokens: [UInt16] = []
  private(set) var isAtEnd = false
  /// The bytes read into `tokens` and `rest`.
  private(set) var byteCount = 0
  /// The tokens before this block.
  private var position = 0
  /// The beginning of a token that is not whole yet.
  private var rest: [UInt8] = []

  init(kind: HeaderlessTokens, vocabularySize: Int?, source: String) {
    self.kind = kind
    self.vocabularySize = vocabularySize
    self.source = source
  }

  /// - Returns: `false` if interrupted.
  mutating func read(from reader: InputReader, _ isInterrupted: () -> Bool) throws(FileError) -> Bool {
    position += tokens.count
    tokens = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    let kept = rest.count
    buffer.copyBytes(from: rest)
    let free = UnsafeMutableRawBufferPointer(rebasing: buffer[kept...])
    guard let count = try reader.read(into: free, isInterrupted: isInterrupted) else { return false }
    byteCount = count
    isAtEnd = count == 0
    let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<(kept + count)])
    try checkStart(bytes)
    try append(bytes)
    guard !isAtEnd || rest.isEmpty else {
      throw error(
        found: "\(position * kind.bytesPerToken + rest.count) bytes",
        expected: "a multiple of the \(kind.bytesPerToken) of a token",
        advice: "it is of another kind or cut short")
    }
    return true
  }

  private func checkStart(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    guard position == 0, bytes.count >= 4,
      HeaderlessTokens.int32.token(in: bytes, at: 0) == Int(TokenFile.magic)
    else { return }
    throw error(
      found: "llm.c's header", expected: "tokens without a header", advice: "use it as it is")
  }

  private mutating func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    let count = bytes.count / kind.bytesPerToken
    tokens.reserveCapacity(count)
    let limit = min(vocabularySize ?? .max, Int(UInt16.max) + 1)
    for index in 0..<count {
      let token = kind.token(in: bytes, at: index * kind.bytesPerToken)
      guard 0 <= token, token < limit else {
        throw outOfRange(token, position: position + index)
      }
      tokens.append(UInt16(token))
    }
    rest = Array(bytes[(count * kind.bytesPerToken)...])
  }

  private func outOfRange(_ token: Int, position: Int) -> FileError {
    if let vocabularySize, 0...Int(UInt16.max) ~= token {
      let cause = FileError.Cause.tokenOutOfRange(
        token: token, position: position, vocabularySize: vocabularySize)
      return FileError(source, cause)
    }
    return error(
      found: "token \(token) at position \(position)", expected: "tokens from 0 to \(UInt16.max)",
      advice: "its tokens are of another size, or it is no token file")
  }

  private func error(found: String, expected: String, advice: String) -> FileError {
    FileError(source, .mismatch(found: found, expected: expected, advice: advice))
  }
}
