import GPT2BinaryFiles

/// The token files of older programs: nothing but tokens, little-endian, which a file does not tell about itself.
package enum HeaderlessTokens: String, Sendable, CaseIterable {
  /// nanoGPT's `data/*/prepare.py`.
  case uint16
  /// llm.c's data scripts before May 2024.
  case int32

  var bytesPerToken: Int { self == .uint16 ? 2 : 4 }

  var origin: String { self == .uint16 ? "nanoGPT's" : "llm.c's old" }

  /// The token that begins at `offset`.
  func token(in bytes: UnsafeRawBufferPointer, at offset: Int) -> Int {
    switch self {
    case .uint16: Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
    case .int32: Int(Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
    }
  }
}

// Recognition by what is plausible, for the sake of an error that helps; nothing is read on the strength of it.
extension HeaderlessTokens {
  /// The largest token of GPT-2, end-of-text, which is what those programs wrote.
  private static let largestToken = 50_256

  /// What `bytes` look like, if they are nothing but GPT-2's tokens as far as samples tell.
  ///
  /// Tokens of 32 bits would be tokens of 16, too, of which every other is 0; so they are tried first. Files of
  /// other kinds have values out of range, and texts have their own sort.
  static func guess(_ bytes: UnsafeRawBufferPointer) -> HeaderlessTokens? {
    let isMagic = bytes.count >= 4 && (20_240_000..<20_260_000).contains(int32.token(in: bytes, at: 0))
    guard !isMagic, !FileKind.isText(bytes) else { return nil }
    return [int32, uint16].first { $0.isPlausible(bytes) }
  }

  /// At least 4 tokens, not all of them 0.
  private func isPlausible(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let count = bytes.count / bytesPerToken
    guard count >= 4, bytes.count % bytesPerToken == 0 else { return false }
    var largest = 0
    for window in Self.windows(of: count) {
      for index in window {
        let token = token(in: bytes, at: index * bytesPerToken)
        guard 0...Self.largestToken ~= token else { return false }
        largest = max(largest, token)
      }
    }
    return largest > 0
  }

  /// The first 4,096 of `count` tokens and 64 samples of 64, evenly spread.
  private static func windows(of count: Int) -> [Range<Int>] {
    let first = 0..<min(4096, count)
    guard count > first.count else { return [first] }
    return [first]
      + (1...64).map { index in
        let end = max(64, Int(Double(count) * Double(index) / 64))
        return end - 64..<min(end, count)
      }
  }
}

extension TokenFile {
  /// A better error than that `file` has no header of the right kind, if it is plausible what it is instead.
  static func explanation(of error: FileError, about file: MappedFile) -> FileError {
    guard FileKind(of: file.bytes) == nil else { return error }
    let expected = "a token file with llm.c's header"
    if let kind = HeaderlessTokens.guess(file.bytes) {
      return FileError(
        file.path,
        .mismatch(
          found: "what looks like \(kind.origin) header-less \(kind.rawValue) tokens", expected: expected,
          advice: "convert it with: gpt2 tokenize --from-tokens \(kind.rawValue) \(file.path) --output PREFIX"
        ))
    }
    guard FileKind.isText(file.bytes) else { return error }
    return FileError(
      file.path,
      .mismatch(
        found: "what looks like text", expected: expected,
        advice: "make tokens of it with: gpt2 tokenize \(file.path) --tokenizer TOKENIZER --output PREFIX"))
  }
}
