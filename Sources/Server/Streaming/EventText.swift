import GPT2BinaryFiles

/// Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), as OpenAI's API has them.
enum EventText {
  static let headers = [
    Header("Content-Type", "text/event-stream"), Header("Cache-Control", "no-cache"),
    // nginx would hold events back.
    Header("X-Accel-Buffering", "no"),
  ]
  static let end = "data: [DONE]\n\n"

  /// - Throws: What `value` throws when it is encoded.
  static func event(_ value: some Encodable) throws -> String { "data: \(try JSONCoding.line(value))\n\n" }
}
