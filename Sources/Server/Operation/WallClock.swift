import GPT2Platform

/// The time of day.
package enum WallClock {
  /// Seconds since 1970.
  package static var seconds: Int { Int(time(nil)) }
}
