import GPT2BinaryFiles
import GPT2Platform
import GPT2Terminal

/// Writes a report again whenever one of its runs has gone on.
struct ReportWatch {
  private var page: ReportWriter
  /// Between two looks.
  private static let pause = Duration.seconds(1)
  /// For how long a run may be one that cannot be read: what begins it anew empties its records first.
  private static let patience = Duration.seconds(10)
  /// Since when one cannot be read.
  private var unreadableSince: ContinuousClock.Instant?

  init(_ page: ReportWriter) { self.page = page }

  /// Looks again and again until the user has asked to stop, or a run cannot be read for some seconds. Then the page no
  /// longer reloads itself.
  ///
  /// - Throws: `FileError` if a run cannot be read so long, or the page not be written.
  mutating func run(_ runs: inout [ReportedRun]) throws(FileError) {
    Diagnostics.write("the page is written again as training goes on; Ctrl-C ends that")
    var progress = ProgressLine()
    var failure: FileError?
    do throws(FileError) {
      while wait(Self.pause) {
        let start = ContinuousClock.now
        guard try update(&runs) else { continue }
        let lines = try page.write(runs)
        progress.show(
          lines.dropFirst().reduce(Progress(page.output).saying("written \(lines[0])")) {
            $0.saying($1, .middle)
          })
        // Of very long runs the reading is not to take the machine from the training.
        guard wait((ContinuousClock.now - start) * 10) else { break }
      }
    } catch {
      failure = error
    }
    progress.end()
    page.isWatched = false
    do throws(FileError) {
      _ = try page.write(runs)
    } catch {
      throw failure ?? error
    }
    if let failure { throw failure }
  }

  /// - Returns: Whether one has gone on.
  /// - Throws: `FileError` if one could not be read for longer than that is waited for.
  private mutating func update(_ runs: inout [ReportedRun]) throws(FileError) -> Bool {
    var isNew = false
    do throws(FileError) {
      for index in runs.indices where try runs[index].update() { isNew = true }
      unreadableSince = nil
    } catch {
      let now = ContinuousClock.now
      guard now - (unreadableSince ?? now) < Self.patience else { throw error }
      unreadableSince = unreadableSince ?? now
    }
    return isNew
  }

  /// - Returns: Whether nobody has asked to stop meanwhile.
  private func wait(_ time: Duration) -> Bool {
    let end = ContinuousClock.now + time
    while ContinuousClock.now < end, !Interruption.isAsked { usleep(50_000) }
    return !Interruption.isAsked
  }
}
