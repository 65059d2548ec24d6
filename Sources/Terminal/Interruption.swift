import Platform
import Synchronization

/// Ctrl-C, SIGTERM, SIGUSR1 (which mpirun hands on, and schedulers send before time is up) and a closed terminal, noticed
/// rather than suffered: what is under way finishes its step and is saved.
public enum Interruption {
  // A signal handler reaches nothing but globals; this one is atomic and only ever goes from false to true.
  private static let wasAsked = Atomic<Bool>(false)
  private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGUSR1]

  /// Whether the user has asked to stop.
  public static var isAsked: Bool { wasAsked.load(ordering: .relaxed) }

  /// From here on the first signal asks to stop; a second one ends the program at once.
  ///
  /// A signal that the parent had ignored, as nohup does, stays ignored; one that it had blocked, as a program
  /// that starts others from a worker thread may have, is let through.
  public static func watch() {
    _ = isAsked  // Initialised here, not in the handler.
    var unblocked = sigset_t()
    sigemptyset(&unblocked)
    for signalNumber in signals where !System.ignores(signalNumber) {
      sigaddset(&unblocked, signalNumber)
      signal(signalNumber) { number in
        Interruption.wasAsked.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
    pthread_sigmask(SIG_UNBLOCK, &unblocked, nil)
  }

  /// From here on no signal but a kill ends the program: something is being saved. `watch` ends that.
  public static func hold() {
    // Not ignored, or `watch` would take it for the parent's wish.
    for signalNumber in signals where !System.ignores(signalNumber) { signal(signalNumber) { _ in } }
  }
}
