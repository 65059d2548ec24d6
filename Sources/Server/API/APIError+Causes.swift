import GPT2BinaryFiles
import GPT2Generation
import GPT2Transformer

// What the floors below throw, as the API says it.
extension APIError {
  /// - Parameter prompt: The field that the text came from.
  static func of(_ error: any Error, prompt: String = "prompt") -> APIError {
    switch error {
    case let error as APIError: error
    case let error as DecodingError: of(error)
    case ModelError.sequenceTooLong(let found, let maximum): promptTooLong(found, maximum, prompt)
    case let error as ModelError:
      APIError(400, "\(error)", parameter: prompt, code: "invalid_value")
    case let error as InspectionError:
      APIError(400, "\(error)", parameter: error.parameter, code: "invalid_value")
    case let error as AblationError:
      APIError(400, "\(error)", parameter: "ablation", code: "invalid_value")
    case let error as SamplingOptionError:
      APIError(400, "\(error)", parameter: error.parameter, code: "invalid_value")
    case let error as StopStringError:
      APIError(400, "\(error)", parameter: "stop", code: "invalid_value")
    case let error as GenerationOptionError:
      APIError(400, "\(error)", parameter: error.parameter, code: "invalid_value")
    case let error as FileError: of(error, prompt)
    case let error as SchedulerError: of(error)
    case is AllocationError:
      APIError(503, "\(error); try again later", kind: .server, code: "out_of_memory", retryAfter: 5)
    case is CancellationError: APIError(499, "the client is gone", kind: .server, code: "client_gone")
    default: APIError(500, "\(error)", kind: .server, code: "internal_error")
    }
  }

  static func promptTooLong(_ found: Int, _ maximum: Int, _ field: String) -> APIError {
    APIError(
      400,
      "found a prompt of \(found) tokens, expected at most \(maximum), the positions that the model has; shorten it",
      parameter: field, code: "context_length_exceeded")
  }

  private static func of(_ error: FileError, _ prompt: String) -> APIError {
    // Nothing that a request says can make it right.
    guard case .cut = error.cause else {
      return APIError(400, "\(error)", parameter: prompt, code: "invalid_value")
    }
    return APIError(
      503, "\(error), and have the server load its models again", kind: .server, code: "model_file_lost")
  }

  private static func of(_ error: SchedulerError) -> APIError {
    switch error {
    case .full(let waiting):
      APIError(
        429, "\(waiting) texts wait for a place already; try again in a second", kind: .overloaded,
        code: "queue_full", retryAfter: 1)
    case .closing: closing
    // However long the client waits, there will not be more.
    case .needsMoreMemory: APIError(400, "\(error)", parameter: "max_tokens", code: "out_of_memory")
    }
  }

  private static func of(_ error: DecodingError) -> APIError {
    switch error {
    case .typeMismatch(let type, let context):
      wrongType(context.codingPath, expected: name(of: type))
    case .valueNotFound(let type, let context):
      wrongType(context.codingPath, expected: name(of: type) + " and not null")
    case .keyNotFound(let key, let context):
      APIError(
        400, "found no \(path(context.codingPath + [key])), which is needed",
        parameter: path(context.codingPath + [key]), code: "missing_field")
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      APIError(
        400, "found a body that is no JSON, or nested too deep, expected one JSON object",
        code: "invalid_json")
    case .dataCorrupted(let context):
      APIError(
        400, "\(path(context.codingPath)): \(context.debugDescription)", parameter: path(context.codingPath),
        code: "invalid_value")
    @unknown default:
      APIError(400, "the body cannot be read", code: "invalid_json")
    }
  }

  private static func wrongType(_ codingPath: [any CodingKey], expected: String) -> APIError {
    guard !codingPath.isEmpty else {
      return APIError(400, "found a body of another type, expected one JSON object", code: "invalid_json")
    }
    let field = path(codingPath)
    return APIError(
      400, "found \(field) of another type, expected \(expected)", parameter: field, code: "invalid_type")
  }

  /// "messages[0].content"
  private static func path(_ keys: [any CodingKey]) -> String {
    keys.reduce(into: "") { path, key in
      // A member of an object may be called "1".
      if let index = key.intValue, key.stringValue != "\(index)" {
        path += "[\(index)]"
      } else {
        path += (path.isEmpty ? "" : ".") + key.stringValue
      }
    }
  }

  private static func name(of type: Any.Type) -> String {
    switch type {
    case is String.Type: "a string"
    case is Bool.Type: "true or false"
    case is any BinaryInteger.Type: "a whole number"
    case is any BinaryFloatingPoint.Type: "a number"
    case is [Any].Type: "a list"
    default: type is any ExpressibleByDictionaryLiteral.Type ? "an object" : "\(type)"
    }
  }
}

extension InspectionError {
  /// The field of a request, where it is one by itself.
  fileprivate var parameter: String? {
    switch self {
    case .countOutOfRange(let member, _, _): member
    case .noSingleText, .noTokenizer: "text"
    case .unreadable(let path, _, _): path.isEmpty || path.hasPrefix("line ") ? nil : path
    default: nil
    }
  }
}

extension SamplingOptionError {
  /// The field of a request.
  fileprivate var parameter: String {
    switch self {
    case .temperature: "temperature"
    case .topK: "top_k"
    case .topP: "top_p"
    case .minP: "min_p"
    case .repetitionPenalty: "repetition_penalty"
    case .repetitionWindow: "repetition_window"
    case .presencePenalty: "presence_penalty"
    case .frequencyPenalty: "frequency_penalty"
    case .logitBias, .biasedTokenOutOfRange, .everyTokenBanned: "logit_bias"
    @unknown default: "temperature"
    }
  }
}

extension GenerationOptionError {
  fileprivate var parameter: String {
    switch self {
    case .maximumTokens: "max_tokens"
    case .alternatives: "logprobs"
    @unknown default: "max_tokens"
    }
  }
}
