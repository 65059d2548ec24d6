/// What a server takes on at most. The texts at work and in the queue are `BatchScheduler.Limits`'.
public struct ServerLimits: Sendable {
  /// Bytes of a request's body.
  public var body = 4 << 20
  /// Bytes of all of a request's headers.
  public var header = 32 << 10
  /// Connections at a time. More wait until one closes.
  public var connections = 1024
  /// After so long a connection on which nothing comes is closed, and a request that has not come whole is given up, and
  /// one whose client does not read.
  public var idle: Duration = .seconds(60)
  /// `max_tokens` of a request.
  public var tokens = 4096
  /// Texts of one request: prompts times `best_of` or `n`.
  public var texts = 128

  public init() {}
}
