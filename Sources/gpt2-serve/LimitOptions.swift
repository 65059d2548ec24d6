import ArgumentParser
import GPT2Server
import GPT2Terminal

/// What the server takes on at most.
struct LimitOptions: ParsableArguments {
  @Option(help: "max_tokens of a request.")
  var maxTokens = ServerLimits().tokens

  @Option(help: "Texts of one request: its prompts times n or best_of.")
  var maxTexts = ServerLimits().texts

  @Option(help: "Bytes of a request's body.")
  var maxBody = ServerLimits().body

  @Option(help: "Bytes of a request's headers.")
  var maxHeader = ServerLimits().header

  @Option(help: "Connections at a time; more wait until one closes.")
  var maxConnections = ServerLimits().connections

  @Option(
    help: "Seconds after which a connection is closed on which nothing comes, or whose client reads nothing.")
  var idleTimeout = 60

  func validate() throws {
    try maxTokens.check("--max-tokens", from: 1, to: 1 << 24)
    try maxTexts.check("--max-texts", from: 1, to: 65_536)
    try maxBody.check("--max-body", from: 1024, to: 1 << 30)
    try maxHeader.check("--max-header", from: 1024, to: 1 << 20)
    try maxConnections.check("--max-connections", from: 1, to: 1 << 20)
    try idleTimeout.check("--idle-timeout", from: 1, to: 86_400)
  }

  var limits: ServerLimits {
    var limits = ServerLimits()
    limits.tokens = maxTokens
    limits.texts = maxTexts
    limits.body = maxBody
    limits.header = maxHeader
    limits.connections = maxConnections
    limits.idle = .seconds(idleTimeout)
    return limits
  }
}
