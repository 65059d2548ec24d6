#if Server
  import GPT2Platform
  import Hummingbird
  import HummingbirdCore
  import HummingbirdTLS
  import Logging
  import NIOCore
  import ServiceLifecycle
  import UnixSignals

  /// Serves an `APIServer` over HTTP/1.1, with TLS if there is a certificate, until it is told to stop.
  package struct HTTPService: Sendable {
    private let server: APIServer
    private let address: ListeningAddress
    private let certificate: Certificate?
    private let logger: Logger
    /// Signals are the whole program's: not heard in tests.
    private let hearsSignals: Bool
    /// How often newer checkpoints are looked for; never if `nil`.
    private let follows: Duration?
    /// Ends the program at once.
    private let leave: @Sendable () -> Void

    package init(
      _ server: APIServer, at address: ListeningAddress = ListeningAddress(), certificate: Certificate? = nil,
      logger: Logger, hearsSignals: Bool = true, following follows: Duration? = nil,
      leave: @escaping @Sendable () -> Void = {}
    ) {
      self.server = server
      self.address = address
      self.certificate = certificate
      self.logger = logger
      self.hearsSignals = hearsSignals
      self.follows = follows
      self.leave = leave
    }

    /// Serves until SIGTERM or SIGINT, or until the task is cancelled, and then until all that has begun is answered. A
    /// second signal ends the program. SIGHUP loads the models again.
    ///
    /// - Parameter listening: Told the port when there is one.
    /// - Throws: `ListeningError` if the address cannot be had.
    package func run(listening: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
      let application = try application(listening)
      let group = ServiceGroup(
        configuration: .init(services: [.init(service: application)], logger: quiet))
      let hearing = Task { await hear(group) }
      let following = Task { await follow() }
      defer {
        hearing.cancel()
        following.cancel()
      }
      // Not cancelled with this task: what has begun is to be answered.
      let running = Task { try await group.run() }
      do {
        try await withTaskCancellationHandler {
          try await running.value
        } onCancel: {
          server.stopAccepting()
          Task { await group.triggerGracefulShutdown() }
        }
      } catch let error as IOError {
        throw ListeningError(address: address, reason: System.errorText(error.errnoCode))
      } catch is SocketAddressError.UnknownHost {
        throw ListeningError(address: address, reason: "no such host")
      }
      await server.shelf.close()
      logger.info("stopped")
    }

    private func application(_ listening: @escaping @Sendable (Int) -> Void) throws
      -> some ApplicationProtocol
    {
      let (server, logger, address) = (server, logger, address)
      let scheme = certificate == nil ? "http" : "https"
      return Application(
        responder: APIResponder(server: server), server: try builder,
        configuration: .init(
          address: .hostname(address.host, port: address.port), serverName: "gpt2-serve", backlog: 1024,
          availableConnectionsDelegate: .maximum(server.limits.connections, logger: quiet)),
        onServerRunning: { channel in
          let port = channel.localAddress?.port ?? address.port
          let host = address.host.contains(":") ? "[\(address.host)]" : address.host
          logger.info("listening", metadata: ["address": "\(scheme)://\(host):\(port)"])
          listening(port)
        }, logger: quiet)
    }

    private var builder: HTTPServerBuilder {
      get throws {
        let (metrics, limits) = (server.metrics, server.limits)
        let plain = HTTPServerBuilder.http1(
          configuration: .init(
            additionalChannelHandlers: [WriteWatch(limits.idle), ClientWatch(metrics)],
            idleTimeout: .init(limits.idle),
            httpDecoderConfiguration: .init(
              maxHeaderFieldSize: limits.header, maxHeaderListSize: limits.header, maxHeaderFieldCount: 100)))
        guard let certificate else { return plain }
        return try .tls(plain, tlsConfiguration: certificate.configuration)
      }
    }

    /// What Hummingbird says of itself is for those who debug it.
    private var quiet: Logger {
      var quiet = logger
      quiet.logLevel = max(logger.logLevel, .warning)
      return quiet
    }

    private func hear(_ group: ServiceGroup) async {
      guard hearsSignals else { return }
      var isStopping = false
      for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup) {
        if signal == .sighup {
          await reload()
        } else if isStopping {
          logger.warning("stopping at once", metadata: ["signal": "\(signal)"])
          // First: without texts the program would come to its usual end.
          leave()
          return server.shelf.cancelAll()
        } else {
          isStopping = true
          logger.info("stopping when all is answered", metadata: ["signal": "\(signal)"])
          server.stopAccepting()
          await group.triggerGracefulShutdown()
        }
      }
    }

    private func follow() async {
      guard let follows else { return }
      while (try? await Task.sleep(for: follows)) != nil {
        do {
          if try await server.shelf.reloadIfNewer() {
            logger.info("serving a newer checkpoint")
          }
        } catch {
          logger.warning("a newer checkpoint cannot be served yet", metadata: ["error": "\(error)"])
        }
      }
    }

    private func reload() async {
      logger.info("loading the models again")
      // Other signals are heard meanwhile.
      Task {
        do {
          try await server.shelf.reload()
          logger.info("loaded the models again")
        } catch {
          logger.error("the models stay as they were", metadata: ["error": "\(error)"])
        }
      }
    }
  }

  /// An address that a server cannot listen at.
  package struct ListeningError: Error, CustomStringConvertible {
    let address: ListeningAddress
    let reason: String

    package var description: String {
      "\(address.host):\(address.port): \(reason), expected an address of this machine that is free; name another by "
        + "--host and --port"
    }
  }
#endif
