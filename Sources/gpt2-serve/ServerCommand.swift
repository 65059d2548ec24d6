#if Server
  import ArgumentParser
  import GPT2BinaryFiles
  import Logging
  import GPT2Platform
  import GPT2Server
  import GPT2Terminal

  /// The command `gpt2 serve`: parses flags, loads models, and serves them.
  struct ServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "gpt2-serve",
      abstract: "Serve models over HTTP, as OpenAI's API.",
      discussion: """
          gpt2 serve --model gpt2.gguf --port 8080
          curl http://127.0.0.1:8080/v1/completions \\
            -d '{"prompt": "Once upon a time", "max_tokens": 50}'

        POST /v1/completions, /v1/chat/completions, /v1/embeddings, /inspect, /tokenize and /detokenize; GET /v1/models, \
        /tokenizer_info, /health and /metrics. In a browser, http://127.0.0.1:8080/ is a page on which a model can be \
        written with and looked into.

        It listens on this machine alone unless --host names another address; then give it --api-key-file, and a \
        certificate. SIGTERM and Ctrl-C stop it when all that has begun is answered, a second one at once. SIGHUP loads \
        the models again, for which there must be the memory, and drops no request.

        A line a request goes to standard error, without its text unless --log-prompts is given.
        """,
      version: Release.version)

    @OptionGroup(title: "Models") var models: ModelOptions

    @OptionGroup(title: "Who may ask") var keys: KeyOptions

    @OptionGroup(title: "Limits") var limits: LimitOptions

    @Option(help: "Address to listen at; 0.0.0.0 for all of this machine's.")
    var host = ListeningAddress().host

    @Option(help: "Port to listen at; 0 for any that is free.")
    var port = ListeningAddress().port

    @Option(help: "PEM file with a certificate, and those that vouch for it, for TLS.", completion: .file())
    var certificate: String?

    @Option(help: "PEM file with the certificate's private key.", completion: .file())
    var privateKey: String?

    @Option(
      help: ArgumentHelp(
        "Look so often whether a run has a newer checkpoint, and serve that then, as while it trains.",
        valueName: "seconds"))
    var follow: Int?

    @Flag(help: "Log the bodies of requests, too.")
    var logPrompts = false

    @Option(
      name: .customLong("log-level"),
      help: "Log from this level on: trace, debug, info, notice, warning, error or critical. (default: info)"
    )
    var givenLogLevel: Logger.Level?

    @OptionGroup var detail: DetailOptions

    func validate() throws {
      try port.check("--port", from: 0, to: 65_535)
      try follow?.check("--follow", from: 1, to: 86_400)
      if givenLogLevel != nil, detail.quiet || detail.verbose {
        throw ValidationError("--log-level, --quiet and --verbose exclude each other.")
      }
      if (certificate == nil) != (privateKey == nil) {
        throw ValidationError("--certificate and --private-key belong together.")
      }
    }

    private var logLevel: Logger.Level {
      givenLogLevel ?? (detail.quiet ? .error : detail.verbose ? .debug : .info)
    }

    func run() async throws {
      var logger = Logger(label: "gpt2-serve") { StreamLogHandler(label: $0, stream: DiagnosticStream()) }
      logger.logLevel = logLevel
      System.raiseFileLimit()
      // Until the models are loaded there are none to load again.
      System.ignoreHangUp()
      let keys = try keys.keys()
      let certificate = try certificate.map { try Certificate($0, key: privateKey ?? $0) }
      // All models share the threads.
      let workers = models.threadOptions.workers
      let shelf = try ModelShelf(version: { [models] in try models.version() }) { [models] in
        try models.load(on: workers)
      }
      let server = APIServer(
        shelf, limits: limits.limits, keys: keys, crossOrigin: CrossOrigin(self.keys.corsOrigin),
        logsPrompts: logPrompts, following: follow, log: { [logger] in logger.log($0) })
      let service = HTTPService(
        server, at: ListeningAddress(host: host, port: port), certificate: certificate, logger: logger,
        following: follow.map { .seconds($0) }, leave: { Exit.leave(Exit.interrupted) })
      try await service.run()
    }
  }

  extension Logger.Level: @retroactive ExpressibleByArgument {}
#endif
