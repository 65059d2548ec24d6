/// SIGBUS: what a thread gets that reads a page of a mapped file which is no longer there.
package enum BusFaults {
  /// Calls `handler` with the address of each fault, on the thread that has it; where it returns `false`, the fault ends the
  /// program as usual.
  ///
  /// - Parameter handler: Does nothing that a signal handler may not: no locks, no memory, no objects.
  package static func handle(by handler: @escaping @convention(c) (UInt) -> Bool) {
    BusFaultHandler.current = handler
    var action = sigaction()
    let catching: @convention(c) (Int32, UnsafeMutablePointer<siginfo_t>?, UnsafeMutableRawPointer?) -> Void =
      {
        number, info, _ in
        // What is under way must not see that there was a fault.
        let before = errno
        defer { errno = before }
        guard let info, BusFaultHandler.current?(BusFaults.address(info)) == true else {
          signal(number, SIG_DFL)
          return
        }
      }
    #if canImport(Glibc)
      action.__sigaction_handler.sa_sigaction = catching
    #elseif canImport(Musl)
      action.__sa_handler.sa_sigaction = catching
    #else
      action.__sigaction_u.__sa_sigaction = catching
    #endif
    action.sa_flags = Int32(SA_SIGINFO)
    sigaction(SIGBUS, &action, nil)
  }

  private static func address(_ info: UnsafeMutablePointer<siginfo_t>) -> UInt {
    #if canImport(Glibc)
      let address = info.pointee._sifields._sigfault.si_addr
    #elseif canImport(Musl)
      let address = info.pointee.__si_fields.__sigfault.si_addr
    #else
      let address = info.pointee.si_addr
    #endif
    return UInt(bitPattern: address)
  }
}

/// What the signal handler calls, which reaches nothing but globals.
private enum BusFaultHandler {
  // Written once, before the handler is there.
  nonisolated(unsafe) static var current: (@convention(c) (UInt) -> Bool)?
}
