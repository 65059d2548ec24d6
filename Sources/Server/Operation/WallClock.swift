import Platform

/// The time of day.
public enum WallClock {
  /// Seconds since 1970.
  public static var seconds: Int { Int(time(nil)) }
}
