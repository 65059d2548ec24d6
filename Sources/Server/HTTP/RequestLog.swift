#if Server
  import GPT2TextFormatting
  import Logging

  extension Logger {
    /// A line for a request that was answered. What comes from a client is quoted, so that it makes no lines of its own.
    package func log(_ record: RequestRecord) {
      var metadata: Metadata = [
        "method": "\(record.method)", "route": "\(record.route)", "status": "\(record.status)",
        "milliseconds": "\(Int((record.seconds * 1000).rounded()))",
      ]
      if let model = record.model { metadata["model"] = "\(model.visibleOnOneLine)" }
      if let tokens = record.promptTokens { metadata["prompt_tokens"] = "\(tokens)" }
      if let tokens = record.completionTokens { metadata["completion_tokens"] = "\(tokens)" }
      if let seed = record.seed { metadata["seed"] = "\(seed)" }
      if record.isStreamed { metadata["stream"] = "true" }
      if record.isCutShort { metadata["client"] = "gone" }
      if let error = record.error { metadata["error"] = "\(error.debugDescription)" }
      if let body = record.body { metadata["body"] = "\(body.debugDescription)" }
      log(level: record.status >= 500 ? .error : .info, "answered", metadata: metadata)
    }
  }
#endif
