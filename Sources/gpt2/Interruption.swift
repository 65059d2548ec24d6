import Foundation
import Synchronization

/// Ctrl-C and SIGTERM, noticed rather than suffered: what is under way finishes its step and is saved.
enum Interruption {
  // A signal handler reaches nothing but globals; this one is atomic and only ever goes from false to true.
  private static let wasAsked = Atomic<Bool>(false)

  /// Whether the user has asked to stop.
  static var isAsked: Bool { wasAsked.load(ordering: .relaxed) }

  /// From here on the first signal asks to stop; a second one ends the program at once.
  static func watch() {
    for signalNumber in [SIGINT, SIGTERM] {
      signal(signalNumber) { number in
        Interruption.wasAsked.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
  }
}
