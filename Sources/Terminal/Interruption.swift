import GPT2BinaryFiles
import GPT2Platform
import Synchronization

/// Ctrl-C, SIGTERM, SIGUSR1 (which mpirun hands on, and schedulers send before time is up) and a closed terminal, noticed
/// rather than suffered: what is under way finishes its step and is saved, or else what was begun is removed.
package enum Interruption {
  /// What a signal does.
  private enum Effect {
    /// Ends the program, once what it has begun to write is removed.
    static let end = 0
    /// Asks to stop, the first time.
    static let ask = 1
    /// Nothing: something is being saved.
    static let nothing = 2
  }

  // A signal handler reaches nothing but globals; these are atomic.
  private static let effect = Atomic<Int>(Effect.end)
  /// The first signal that asked to stop; 0 before.
  private static let asked = Atomic<Int32>(0)
  /// Where the handler says to another thread which signal ends the program; -1 if there is no such thread.
  private static let messages = Atomic<Int32>(-1)

  private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGUSR1]

  /// Whether the user has asked to stop.
  package static var isAsked: Bool { signalNumber != nil }

  /// The signal by which the user has asked to stop.
  static var signalNumber: Int32? {
    let number = asked.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  /// From here on a signal ends the program as it always does, but leaves no half-written file behind.
  ///
  /// A signal that the parent had ignored, as nohup does, stays ignored; one that it had blocked, as a program
  /// that starts others from a worker thread may have, is let through.
  static func begin() {
    startTidying()
    // Initialised here, not in the handler.
    _ = (effect.load(ordering: .relaxed), asked.load(ordering: .relaxed), messages.load(ordering: .relaxed))
    var unblocked = sigset_t()
    sigemptyset(&unblocked)
    for signalNumber in signals where !System.ignores(signalNumber) {
      sigaddset(&unblocked, signalNumber)
      signal(signalNumber) { Interruption.handle($0) }
    }
    pthread_sigmask(SIG_UNBLOCK, &unblocked, nil)
  }

  /// From here on the first signal asks to stop; a second one ends the program at once.
  package static func watch() { effect.store(Effect.ask, ordering: .relaxed) }

  /// From here on no signal but a kill ends the program: something is being saved. `watch` ends that.
  package static func hold() { effect.store(Effect.nothing, ordering: .relaxed) }

  /// Calls nothing but what a signal handler may call.
  private static func handle(_ number: Int32) {
    let before = errno
    defer { errno = before }
    switch effect.load(ordering: .relaxed) {
    case Effect.nothing: return
    case Effect.ask:
      let isFirst = asked.compareExchange(expected: 0, desired: number, ordering: .relaxed).exchanged
      guard !isFirst else { return }
    default: break
    }
    // The next one does not wait for any tidying.
    signal(number, SIG_DFL)
    var byte = UInt8(truncatingIfNeeded: number)
    guard write(messages.load(ordering: .relaxed), &byte, 1) == 1 else {
      raise(number)
      return
    }
  }

  /// Starts the thread that removes what was begun: a handler may neither take a lock nor read a directory.
  private static func startTidying() {
    guard let pipe = Descriptors.pipe(), (try? DetachedThread.start { tidy(pipe.reading) }) != nil else {
      return
    }
    messages.store(pipe.writing, ordering: .relaxed)
  }

  /// Waits for the signal that ends the program.
  private static func tidy(_ descriptor: Int32) {
    var number: UInt8 = 0
    var count = 0
    repeat { count = read(descriptor, &number, 1) } while count < 0 && errno == EINTR
    guard count == 1 else { return }
    UnfinishedFiles.removeAll { removed in
      if removed > 0 {
        Diagnostics.write("interrupted; what was not finished is removed", fromAnyProcess: true)
      }
      // Not `exit`: other threads are at work with what it would take down.
      _exit(128 + Int32(number))
    }
  }
}
