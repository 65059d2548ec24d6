/// The screen that a user may sit at.
package enum Desktop {
  /// The program that opens a file with whatever the user has for its kind.
  package static var opener: String {
    #if canImport(Darwin)
      "open"
    #else
      "xdg-open"
    #endif
  }

  /// Whether there is a screen. Without one xdg-open takes a browser of text, which would wait for keys that nobody can
  /// press.
  package static var isThere: Bool {
    #if canImport(Darwin)
      true
    #else
      ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"].contains { System.environment($0)?.isEmpty == false }
    #endif
  }
}
