/// A file that was fetched, and what it was held against.
package struct FetchedFile: Equatable, Sendable {
  package enum Assurance: String, Sendable {
    /// The checksum that the catalogue knows.
    case known
    /// The one that the server stated before it sent the file.
    case stated
    /// None.
    case unverified
  }

  package let name: String
  package let bytes: Int
  /// What it was found to be; `nil` if it was not checked.
  package let checksum: Checksum?
  package let assurance: Assurance
}

/// What happens while a model is fetched.
package enum FetchEvent: Equatable, Sendable {
  /// Something that the user should know.
  case note(String)
  /// A transfer begins, or goes on after so many bytes.
  case began(file: String, at: Int)
  /// So many bytes are there, of `total` if that is known.
  case received(file: String, bytes: Int, total: Int?)
  /// A transfer was cut off, in curl's words, and will go on.
  case retrying(file: String, words: String)
  /// The server cannot go on where the transfer was cut off.
  case startedOver(file: String)
  case checking(file: String, bytes: Int, total: Int)
  case finished(FetchedFile)
}

/// How a model is fetched.
package struct FetchOptions {
  /// Whether a file may be kept for which there is no checksum.
  package var allowsUnverified = false
  package var curl = "curl"
  /// How often a transfer that brings nothing more is tried again.
  package var retries = 5
  /// Seconds before the first of these; doubled for each more.
  package var retryDelay = 1.0
  package var report: ((FetchEvent) -> Void)?
  package var isCancelled: () -> Bool = { false }

  package init() {}
}
