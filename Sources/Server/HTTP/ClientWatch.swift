#if Server
  import NIOCore
  import NIOHTTPTypes
  import Synchronization

  /// Sees in a connection's pipeline whether its client goes while a request is worked on, and does not wait for ever for
  /// the rest of a request that was refused.
  final class ClientWatch: ChannelDuplexHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private struct State {
      var client: ClientPresence?
      var isGone = false
      /// Whether all of the last request has come.
      var isWhole = true
    }

    private let state = Mutex(State())
    private let metrics: ServerMetrics
    /// How long the rest of a request may take to come after its answer.
    private static let patience = TimeAmount.seconds(2)

    init(_ metrics: ServerMetrics) { self.metrics = metrics }

    /// From here on that client is told of.
    func begin(_ client: ClientPresence) {
      let isGone = state.withLock { state in
        state.client = client
        return state.isGone
      }
      if isGone { client.leave() }
    }

    func handlerAdded(context: ChannelHandlerContext) { metrics.connectionOpened() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head: state.withLock { $0.isWhole = false }
      case .body: break
      case .end: state.withLock { $0.isWhole = true }
      }
      context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
      metrics.connectionClosed()
      leave()
      context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      // A client that has closed its half will not read either.
      if case .inputClosed? = event as? ChannelEvent { leave() }
      context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      leave()
      context.fireErrorCaught(error)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
      if case .end = unwrapOutboundIn(data), !state.withLock({ $0.isWhole }) { closeUnlessWhole(context) }
      context.write(data, promise: promise)
    }

    /// Closing at once would take the answer from a client that is still writing.
    private func closeUnlessWhole(_ context: ChannelHandlerContext) {
      let channel = context.channel
      _ = context.eventLoop.scheduleTask(in: Self.patience) {
        if !self.state.withLock({ $0.isWhole }) { channel.close(promise: nil) }
      }
    }

    private func leave() {
      let client = state.withLock { state in
        state.isGone = true
        return state.client
      }
      client?.leave()
    }
  }
#endif
