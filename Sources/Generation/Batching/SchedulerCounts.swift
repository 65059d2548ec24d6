/// What a scheduler is doing and has done.
public struct SchedulerCounts: Equatable, Sendable {
  /// Texts that are written.
  public internal(set) var running = 0
  /// Texts that wait for a place.
  public internal(set) var waiting = 0
  /// Texts that may be written at a time.
  public internal(set) var places: Int
  /// Texts that came to their end.
  public internal(set) var finished = 0
  /// Texts that were given up, or failed.
  public internal(set) var abandoned = 0
  /// Tokens of prompts that were read.
  public internal(set) var promptTokens = 0
  /// Tokens of prompts that need not be read, as earlier prompts began alike.
  public internal(set) var sharedPromptTokens = 0
  /// Tokens that were written.
  public internal(set) var tokens = 0
  /// Bytes of keys and values.
  public internal(set) var keyValueBytes = 0

  init(places: Int) { self.places = places }
}
