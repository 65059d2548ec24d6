/// What a scheduler is doing and has done.
package struct SchedulerCounts: Equatable, Sendable {
  /// Texts that are written.
  package internal(set) var running = 0
  /// Texts that wait for a place.
  package internal(set) var waiting = 0
  /// Texts that may be written at a time.
  package internal(set) var places: Int
  /// Texts that came to their end.
  package internal(set) var finished = 0
  /// Texts that were given up, or failed.
  package internal(set) var abandoned = 0
  /// Tokens of prompts that were read.
  package internal(set) var promptTokens = 0
  /// Tokens of prompts that need not be read, as earlier prompts began alike.
  package internal(set) var sharedPromptTokens = 0
  /// Tokens that were written.
  package internal(set) var tokens = 0
  /// Bytes of keys and values.
  package internal(set) var keyValueBytes = 0

  init(places: Int) { self.places = places }
}
