import GPT2Generation
import Synchronization

/// Answers requests: OpenAI's API and what surrounds it, without a socket.
package final class APIServer: Sendable {
  package let shelf: ModelShelf
  package let metrics = ServerMetrics()
  package let limits: ServerLimits
  private let keys: APIKeys
  private let crossOrigin: CrossOrigin
  /// Whether bodies are in the log.
  private let logsPrompts: Bool
  /// How often newer checkpoints are looked for, in seconds; the page asks as often.
  private let follows: Int?
  private let log: @Sendable (RequestRecord) -> Void
  private let isClosing = Mutex(false)

  /// - Parameter log: Told of each request when it is answered.
  package init(
    _ shelf: ModelShelf, limits: ServerLimits = ServerLimits(), keys: APIKeys = APIKeys(),
    crossOrigin: CrossOrigin = CrossOrigin(), logsPrompts: Bool = false, following follows: Int? = nil,
    log: @escaping @Sendable (RequestRecord) -> Void = { _ in }
  ) {
    self.shelf = shelf
    self.limits = limits
    self.keys = keys
    self.crossOrigin = crossOrigin
    self.logsPrompts = logsPrompts
    self.follows = follows
    self.log = log
  }

  /// From now on nothing new is begun; what has been goes on.
  package func stopAccepting() { isClosing.withLock { $0 = true } }

  /// Answers a request, whatever it is. The log and the metrics have it once all of the answer is written.
  package func answer(_ request: APIRequest) async -> APIResponse {
    let logbook = RequestLogbook()
    var route = Route.unknown
    var response: APIResponse
    do {
      if request.method == "OPTIONS" {
        response = crossOrigin.preflight(from: request.headers["origin"])
      } else {
        route = try Route(request.method, request.path)
        try checkOrigin(of: request)
        response = try await answer(request, on: route, logbook)
      }
    } catch {
      let error = APIError.of(error, prompt: route.textField)
      logbook.note { $0.error = error.description }
      response = APIResponse(error)
    }
    response.headers += crossOrigin.headers(for: request.headers["origin"])
    return recorded(response, of: request, on: route, logbook)
  }

  private func answer(
    _ request: APIRequest, on route: Route, _ logbook: RequestLogbook
  ) async throws -> APIResponse {
    switch route {
    // What asks for no key: the page has a field for it.
    case .health: return try health()
    case .page: return try InspectionPage.response(following: follows)
    case .icon: return APIResponse(status: 204)
    default: break
    }
    guard keys.admit(request.headers["authorization"]) else {
      throw APIError(
        401, "found no valid key, expected the header Authorization: Bearer KEY", kind: .authentication,
        code: "invalid_api_key")
    }
    switch route {
    case .completions: return try await CompletionRoute(server: self, logbook: logbook).answer(request)
    case .chat: return try await ChatRoute(server: self, logbook: logbook).answer(request)
    case .embeddings: return try await EmbeddingRoute(server: self, logbook: logbook).answer(request)
    case .inspection(let model):
      return try await InspectionRoute(server: self, logbook: logbook).answer(request, by: model)
    case .models:
      return try APIResponse(json: ModelListResponse(data: shelf.all.map { $0.entry(shelf.revision) }))
    case .model(let name): return try APIResponse(json: try shelf.model(name).entry(shelf.revision))
    case .tokenize: return try await TokenizerRoutes(server: self, logbook: logbook).tokenize(request)
    case .detokenize: return try await TokenizerRoutes(server: self, logbook: logbook).detokenize(request)
    case .tokenizerInfo: return try TokenizerRoutes(server: self, logbook: logbook).info()
    case .metrics: return APIResponse(text: metrics.text(of: shelf.all), type: PrometheusText.contentType)
    case .health, .page, .icon, .unknown: preconditionFailure("answered already")
    }
  }

  /// Whose name in the domain name system is changed to this machine's address is of the same origin to a browser, and
  /// of no address or name of ours (DNS rebinding). What has keys needs no other guard.
  private func checkOrigin(of request: APIRequest) throws(APIError) {
    let (origin, host) = (request.headers["origin"], request.headers["host"])
    guard keys.areNone, !crossOrigin.admits(origin, to: host) else { return }
    throw .foreignOrigin(origin)
  }

  private func health() throws -> APIResponse {
    let isClosing = isClosing.withLock { $0 }
    return try APIResponse(
      json: HealthReport(status: isClosing ? "stopping" : "ok", models: shelf.all.map(\.health)),
      status: isClosing ? 503 : 200)
  }

  /// The body of a request as a value.
  ///
  /// - Throws: `APIError` if it is too long or does not come, or has a number that its field cannot hold; `DecodingError`.
  func decode<Value: Decodable>(
    _ type: Value.Type, from request: APIRequest, _ logbook: RequestLogbook
  ) async throws -> Value {
    try RequestBody.value(type, from: try await body(of: request, logbook))
  }

  /// The body of a request.
  ///
  /// - Throws: `APIError` if it is too long or does not come, or nothing new is begun.
  func body(of request: APIRequest, _ logbook: RequestLogbook) async throws -> [UInt8] {
    if isClosing.withLock({ $0 }) { throw APIError.closing }
    let body = try await request.body()
    if logsPrompts { logbook.note { $0.body = String(decoding: body, as: UTF8.self) } }
    return body
  }

  /// Queues a request's texts, with the model's newer self if it has just been loaded again.
  ///
  /// - Throws: What `BatchScheduler.submit` throws.
  func submit(_ job: TextJob, to model: ServedModel) throws -> SubmittedTexts {
    let texts: SubmittedTexts
    do {
      texts = try job.submit(to: model.scheduler)
    } catch SchedulerError.closing {
      let newer = try shelf.model(model.name)
      guard newer !== model else { throw SchedulerError.closing }
      texts = try job.submit(to: newer.scheduler)
    }
    metrics.read(promptTokens: job.promptTokens, of: model.name)
    return texts
  }

  /// The answer, which tells when all of it is written.
  private func recorded(
    _ response: APIResponse, of request: APIRequest, on route: Route, _ logbook: RequestLogbook
  ) -> APIResponse {
    @Sendable func record(isCutShort: Bool) {
      var entry = logbook.entry
      entry.route = route.label
      entry.method = request.method
      entry.status = response.status
      entry.seconds = (ContinuousClock.now - request.arrival) / .seconds(1)
      entry.isCutShort = isCutShort
      metrics.answered(route, entry.status, seconds: entry.seconds)
      log(entry)
    }
    guard case .streamed(let pieces) = response.body else {
      record(isCutShort: request.client.isGone)
      return response
    }
    var recorded = response
    recorded.body = .streamed { write in
      do {
        try await pieces(write)
        record(isCutShort: false)
      } catch {
        record(isCutShort: true)
        throw error
      }
    }
    return recorded
  }
}

extension ServedModel {
  /// - Parameter revision: The shelf's.
  func entry(_ revision: Int) -> ModelEntry {
    ModelEntry(id: name, created: created, maximumLength: maximumLength, file: file, revision: revision)
  }

  var health: HealthReport.Model {
    let counts = scheduler.counts
    return HealthReport.Model(
      id: name, running: counts.running, waiting: counts.waiting, places: counts.places)
  }
}
