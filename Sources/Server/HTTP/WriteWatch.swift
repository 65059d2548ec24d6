#if Server
  import NIOCore
  import NIOHTTPTypes

  /// Sees in a connection's pipeline how what was written leaves it.
  ///
  /// It keeps the connection from being closed while the end of an answer is still on its way: Hummingbird takes a request
  /// for answered once all is handed over, and NIO throws away what it has not written when a channel is closed. And it
  /// closes one whose client has taken nothing for too long.
  final class WriteWatch: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Bytes that the system holds for a client. With the megabytes that it takes by itself a client that reads slowly looks
    /// for long like one that does not read at all.
    private static let held: SocketOptionValue = 1 << 18

    /// Parts of answers that have not left.
    private var waiting = 0
    private var lastLeft = NIODeadline.now()
    private var isWatching = false
    /// Of those who want the connection closed once nothing waits.
    private var closing: EventLoopPromise<Void>?
    private let patience: TimeAmount

    /// - Parameter patience: How long a client that takes nothing is waited for.
    init(_ patience: Duration) { self.patience = TimeAmount(patience) }

    func handlerAdded(context: ChannelHandlerContext) {
      context.channel.setOption(.socketOption(.so_sndbuf), value: Self.held).whenFailure { _ in }
    }

    func handlerRemoved(context: ChannelHandlerContext) { closing?.succeed() }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
      let promise = promise ?? context.eventLoop.makePromise()
      if waiting == 0 { lastLeft = .now() }
      waiting += 1
      let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      promise.futureResult.whenComplete { _ in bound.value.0.left(bound.value.1) }
      context.write(data, promise: promise)
      if waiting > 0 && !isWatching { watch(context, until: lastLeft + patience) }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
      guard mode == .all, waiting > 0 else { return context.close(mode: mode, promise: promise) }
      let closing = closing ?? context.eventLoop.makePromise()
      self.closing = closing
      closing.futureResult.cascade(to: promise)
      context.flush()
    }

    private func left(_ context: ChannelHandlerContext) {
      waiting -= 1
      lastLeft = .now()
      if waiting == 0, closing != nil { close(context) }
    }

    private func watch(_ context: ChannelHandlerContext, until deadline: NIODeadline) {
      isWatching = true
      let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      context.eventLoop.scheduleTask(deadline: deadline) {
        let (handler, context) = bound.value
        handler.isWatching = false
        guard handler.waiting > 0 else { return }
        let deadline = handler.lastLeft + handler.patience
        if deadline <= .now() { handler.close(context) } else { handler.watch(context, until: deadline) }
      }
    }

    private func close(_ context: ChannelHandlerContext) {
      let promise = closing
      closing = nil
      context.close(promise: promise)
    }
  }
#endif
