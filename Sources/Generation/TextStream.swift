import GPT2Tokens

/// Turns the bytes of tokens into text that can be shown at once: never half a character, and never any part of
/// a stop string, where the text ends.
package struct TextStream: Sendable {
  private var stopStrings: StopStrings
  private var characters = UTF8Stream()

  /// - Throws: `StopStringError` if a stop string is empty.
  package init(stopStrings: [String] = []) throws(StopStringError) {
    self.stopStrings = try StopStrings(stopStrings)
  }

  /// Whether a stop string has occurred. Nothing comes out after that.
  package var isStopped: Bool { stopStrings.isStopped }

  /// Takes the bytes of more tokens and returns the text that they make certain.
  ///
  /// Bytes that can become no character come out as U+FFFD, as `UTF8Stream` says. The call that meets a stop
  /// string returns all the text before it.
  package mutating func append(_ bytes: some Sequence<UInt8>) -> String {
    let text = characters.append(stopStrings.append(bytes))
    return isStopped ? text + characters.finish() : text
  }

  /// Ends the text and returns what was held back, U+FFFD in place of half a character; nothing if a stop string
  /// ended it.
  package mutating func finish() -> String {
    characters.append(stopStrings.finish()) + characters.finish()
  }
}
