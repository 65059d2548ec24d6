import GPT2BinaryFiles
import GPT2Platform
import GPT2Terminal

/// Shows a page in the user's browser, where there is one.
enum BrowserWindow {
  /// How long the opener may take to say that it cannot.
  private static let patience = Duration.seconds(3)

  /// Opens the page, or says where it is.
  static func open(_ path: String) {
    let place = System.absolutePath(path) ?? Folder.absolute(path)
    if let reason = refusal(to: place) {
      Diagnostics.write("gpt2: note: \(reason); the page is \(place)")
    }
  }

  /// - Returns: Why the page could not be opened.
  private static func refusal(to place: String) -> String? {
    guard Desktop.isThere else { return "there is no screen to open a browser on" }
    let opener = Desktop.opener
    guard let child = try? ChildProcess(opener, [place], inOwnGroup: true) else {
      return "found no \(opener) to open a browser with"
    }
    let end = ContinuousClock.now + patience
    // Where it is the browser itself that runs, it does not end.
    while ContinuousClock.now < end, !Interruption.isAsked {
      if let code = child.ended() { return code == 0 ? nil : "\(opener) found no browser" }
      usleep(20_000)
    }
    child.leave()
    return nil
  }
}
