import Foundation
import Synchronization

/// Ctrl-C and SIGTERM, noticed rather than suffered: what is under way finishes its step and is saved.
enum Interruption {
  // A signal handler reaches nothing but globals; this one is atomic and only ever goes from false to true.
  private static let wasAsked = Atomic<Bool>(false)

  /// Whether the user has asked to stop.
  static var isAsked: Bool { wasAsked.load(ordering: .relaxed) }

  /// From here on the first signal asks to stop; a second one ends the program at once.
  ///
  /// Also lets the signals through, which a parent that starts programs from a worker thread may have blocked.
  static func watch() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signalNumber in [SIGINT, SIGTERM] { sigaddset(&signals, signalNumber) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    for signalNumber in [SIGINT, SIGTERM] {
      signal(signalNumber) { number in
        Interruption.wasAsked.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
  }
}
