import GPT2Platform
import GPT2TextFormatting

/// Why a model could not be fetched: one case a cause.
package struct FetchError: Error, Equatable, Sendable {
  /// An address, a file or a name.
  package let subject: String
  package let cause: Cause

  package init(_ subject: String, _ cause: Cause) {
    self.subject = subject
    self.cause = cause
  }

  package enum Cause: Equatable, Sendable {
    /// No model of that name; with the names that may be meant.
    case unknownModel(near: [String])
    case noCurl
    /// curl could not be started, with the system's `errno`.
    case curlFailed(code: Int32)
    /// The server's answer, by HTTP's number.
    case refused(answer: Int)
    /// curl's exit code and its own words.
    case transfer(code: Int32, words: String)
    case wrongSize(found: Int, expected: Int)
    case wrongChecksum(found: Checksum, expected: Checksum)
    /// Neither the catalogue nor the server says one.
    case noChecksum
    /// Bytes.
    case noSpace(found: Int, needed: Int)
    /// Another process fetches it.
    case busy
    /// A folder of the name that is not the whole model.
    case occupied(missing: [String])
    case notAnAddress
    /// What `HF_TOKEN` holds is none.
    case notAToken
    /// Neither `GPT2_MODELS` nor `HOME` says where models go.
    case noPlace
    case interrupted
  }

  /// Whether what came was not what was expected, or did not come; else something that was asked for cannot be.
  package var isFailedCheck: Bool {
    switch cause {
    case .refused, .transfer, .wrongSize, .wrongChecksum: true
    default: false
    }
  }
}

extension FetchError: CustomStringConvertible {
  package var description: String { "\(subject): \(cause.explanation)" }
}

extension FetchError.Cause {
  /// One line: what was found, what was expected, what to do.
  fileprivate var explanation: String {
    switch self {
    case .unknownModel(let near):
      "no model of that name is known; is it \(Self.list(near))?"
    case .noCurl: "curl was not found, which fetches files; install it (apt-get install curl)"
    case .curlFailed(let code): "curl could not be started: \(System.errorText(code))"
    case .refused(let answer): "the server answered \(answer)\(Self.meaning(of: answer))"
    case .transfer(let code, let words):
      words + Self.advice(for: code) + "; the same command goes on from what has come"
    case .wrongSize(let found, let expected):
      "found \(found) bytes, expected \(expected); they were removed; fetch it again, or from another home"
    case .wrongChecksum(let found, let expected):
      "found the \(found.name) \(found.digits), expected \(expected.digits); what came was removed: fetch it again, or "
        + "from another home"
    case .noChecksum:
      "no checksum is known, and the server states none; pass --unverified if you trust where it comes from"
    case .noSpace(let found, let needed):
      "found \(DecimalText.bytes(found)) free, expected \(DecimalText.bytes(needed)); make room, or name another "
        + "place by --output or GPT2_MODELS"
    case .busy: "another process is fetching it; wait for its end"
    case .occupied(let missing):
      "found a folder without \(missing.joined(separator: ", ")) or with others of that name, expected the whole model; "
        + "move it away"
    case .notAnAddress: "expected an address that begins with https://, http:// or file:///"
    case .notAToken: "expected a token in one word of at most 512 characters; correct it, or unset it"
    case .noPlace:
      "neither GPT2_MODELS nor HOME is set, expected one that says where models go; pass --output"
    case .interrupted: "interrupted; the same command goes on from what has come"
    }
  }

  private static func list(_ names: [String]) -> String {
    names.count < 2
      ? names.joined() : names.dropLast().joined(separator: ", ") + " or " + names[names.count - 1]
  }

  private static func meaning(of answer: Int) -> String {
    switch answer {
    case 401, 403: ", which refuses access; set HF_TOKEN if it needs one"
    case 404, 410: ": there is no such file; check the address or the mirror"
    case 429: ": too many requests; try again later"
    case 500...: ", which is its own fault; try again later"
    default: ""
    }
  }

  /// For curl's exit codes.
  private static func advice(for code: Int32) -> String {
    switch code {
    case 5, 6, 7: " (is there a network, and is its proxy set?)"
    case 23: " (is the disk full?)"
    case 28: " (nothing came for a while)"
    case 35, 60: " (is the clock right, and are the system's certificates there?)"
    default: ""
    }
  }
}
