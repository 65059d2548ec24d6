/// What a server takes on at most. The texts at work and in the queue are `BatchScheduler.Limits`'.
package struct ServerLimits: Sendable {
  /// Bytes of a request's body.
  package var body = 4 << 20
  /// Bytes of all of a request's headers.
  package var header = 32 << 10
  /// Connections at a time. More wait until one closes.
  package var connections = 1024
  /// After so long a connection on which nothing comes is closed, and a request that has not come whole is given up, and
  /// one whose client does not read.
  package var idle: Duration = .seconds(60)
  /// `max_tokens` of a request.
  package var tokens = 4096
  /// Texts of one request: prompts times `best_of` or `n`.
  package var texts = 128
  /// Tokens and their alternatives that an answer may list if it is written as a whole: some 300 MB, and a second in which
  /// it is written down.
  package var values = 1 << 20

  package init() {}
}
