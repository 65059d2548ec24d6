import GPT2Platform

/// Runs curl, the program: HTTPS with the system's certificates and proxies, without a library of our own for it.
struct Curl {
  struct Outcome {
    let exitCode: Int32
    /// HTTP's number; 0 where the server spoke something else, or nothing.
    let answer: Int
    let output: String
    /// curl's own words: "curl: (6) Could not resolve host: huggingface.co".
    let words: String
  }

  /// Seconds without a byte, or nearly, after which a transfer is given up.
  private static let patience = 60
  private static let pause: UInt32 = 50_000

  let program: String
  /// Goes by standard input: the arguments of a process can be read by anybody on the machine.
  let token: String?
  /// Which curl keeps open as long as it runs: a lock.
  let lock: Int32?

  /// - Parameter whileRunning: Called again and again; once it returns `false` the transfer is ended.
  /// - Throws: `FetchError` if curl is not there, or `whileRunning` ended it.
  func run(
    _ arguments: [String], from address: String, whileRunning: () -> Bool
  ) throws(FetchError) -> Outcome {
    // Redirections may not lead from the network to this machine's files, nor from an encrypted answer to one that
    // anybody on the way can change.
    let scheme = address.hasPrefix("file:") ? "=file" : "=http,https"
    let redirections = address.lowercased().hasPrefix("https:") ? "=https" : "=http,https"
    let always = [
      "--silent", "--show-error", "--location", "--globoff", "--proto", scheme, "--proto-redir",
      redirections,
      "--connect-timeout", "20", "--speed-limit", "1024", "--speed-time", "\(Self.patience)",
      // On a line of its own, after whatever else is printed.
      "--write-out", "\\n%{http_code}", "--config", "-", "--url", address,
    ]
    let configuration = token.map { "header = \"Authorization: Bearer \(Self.escaped($0))\"\n" } ?? ""
    let process: ChildProcess
    do throws(ChildProcess.StartError) {
      process = try ChildProcess(program, always + arguments, input: configuration, keeping: lock)
    } catch {
      throw FetchError(program, error.code == ENOENT ? .noCurl : .curlFailed(code: error.code))
    }
    var wasEnded = false
    while true {
      if let exitCode = process.ended() {
        if wasEnded { throw FetchError(address, .interrupted) }
        return Self.outcome(exitCode, process.printed)
      }
      if !wasEnded, !whileRunning() {
        wasEnded = true
        process.terminate()
      }
      usleep(Self.pause)
    }
  }

  /// Between quotes of curl's configuration.
  private static func escaped(_ text: String) -> String {
    text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
  }

  private static func outcome(
    _ exitCode: Int32, _ printed: (output: String, diagnostics: String)
  ) -> Outcome {
    // By scalars: a line end after a carriage return would be one character with it.
    let lines = printed.output.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    let answer = lines.last.flatMap { Int(String($0)) } ?? 0
    let words = printed.diagnostics.split(separator: "\n").last.map(String.init)
    return Outcome(
      exitCode: exitCode, answer: answer,
      output: lines.dropLast().map { String($0) }.joined(separator: "\n"),
      words: words ?? "curl: (\(exitCode))")
  }
}
