/// What there is to ask for.
enum Route: Hashable, Sendable {
  /// The page that shows a model from inside, and the icon that browsers ask for beside it.
  case page, icon
  case completions, chat, embeddings
  case models
  case model(String)
  /// Of a model by name, or of the first.
  case inspection(String?)
  case tokenize, detokenize, tokenizerInfo
  case health, metrics
  /// Paths and methods that there are not.
  case unknown

  private static let fixed: [String: (method: String, route: Route)] = [
    "/": ("GET", .page),
    "/favicon.ico": ("GET", .icon),
    "/v1/completions": ("POST", .completions),
    "/v1/chat/completions": ("POST", .chat),
    "/v1/embeddings": ("POST", .embeddings),
    "/v1/models": ("GET", .models),
    "/inspect": ("POST", .inspection(nil)),
    "/tokenize": ("POST", .tokenize),
    "/detokenize": ("POST", .detokenize),
    "/tokenizer_info": ("GET", .tokenizerInfo),
    "/health": ("GET", .health),
    "/metrics": ("GET", .metrics),
  ]

  /// - Throws: `APIError` if there is none.
  init(_ method: String, _ path: String) throws(APIError) {
    let (models, inspections) = ("/v1/models/", "/inspect/")
    let found: (method: String, route: Route)
    if let fixed = Self.fixed[path] {
      found = fixed
    } else if path.hasPrefix(models), path.count > models.count {
      found = ("GET", .model(String(path.dropFirst(models.count))))
    } else if path.hasPrefix(inspections), path.count > inspections.count {
      found = ("POST", .inspection(String(path.dropFirst(inspections.count))))
    } else {
      throw APIError(
        404, "found the path \(path), expected one of \(Self.fixed.keys.sorted().joined(separator: ", "))",
        kind: .notFound, code: "unknown_url")
    }
    guard method == found.method || (method == "HEAD" && found.method == "GET") else {
      throw APIError(
        405, "found the method \(method), expected \(found.method) for \(path)", code: "method_not_allowed")
    }
    self = found.route
  }

  /// For metrics and logs: the name of a model is none of it.
  var label: String {
    switch self {
    case .page: "/"
    case .icon: "/favicon.ico"
    case .completions: "/v1/completions"
    case .chat: "/v1/chat/completions"
    case .embeddings: "/v1/embeddings"
    case .models: "/v1/models"
    case .model: "/v1/models/{model}"
    case .inspection: "/inspect"
    case .tokenize: "/tokenize"
    case .detokenize: "/detokenize"
    case .tokenizerInfo: "/tokenizer_info"
    case .health: "/health"
    case .metrics: "/metrics"
    case .unknown: "unknown"
    }
  }

  /// The field that has the text.
  var textField: String {
    switch self {
    case .chat: "messages"
    case .embeddings: "input"
    case .inspection: "text"
    default: "prompt"
    }
  }
}
