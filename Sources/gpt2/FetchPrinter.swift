import GPT2ModelHub
import GPT2Terminal

/// Prints how far `fetch` is, on standard error, and what it got.
final class FetchPrinter {
  private let model: CatalogueModel
  private let asJSON: Bool
  private var progress = ProgressLine()
  /// When the transfer of a file began, and how much of it was there.
  private var start = ContinuousClock.now
  private var bytesAtStart = 0
  private var lastShown = ContinuousClock.now

  init(_ model: CatalogueModel, asJSON: Bool) {
    self.model = model
    self.asJSON = asJSON
  }

  func show(_ event: FetchEvent) {
    switch event {
    case .began(let file, let bytes):
      (start, bytesAtStart) = (.now, bytes)
      if bytes > 0 { write("\(file): going on after \(Numbers.bytes(bytes))") }
    case .received(let file, let bytes, let total): showReceived(file, bytes, of: total)
    case .retrying(let file, let words): write("\(file): \(words); trying again")
    case .note(let text): write("note: \(text)")
    case .startedOver(let file): write("\(file): the server cannot go on; starting over")
    case .checking(let file, let bytes, let total):
      showNow(Progress(file, done: Double(bytes) / Double(max(1, total))).saying("checking"))
    case .finished(let file):
      write("\(file.name): \(file.bytes) bytes, \(file.assurance.words)")
      start = .now
    }
  }

  private func showReceived(_ file: String, _ bytes: Int, of total: Int?) {
    let speed = Double(bytes - bytesAtStart) / ((ContinuousClock.now - start) / .seconds(1))
    showNow(Self.progress(file, bytes, of: total, speed: speed))
  }

  /// "0:25 left | model.safetensors: 210 MiB of 523 MiB | 12.3 MB/s"
  static func progress(_ file: String, _ bytes: Int, of total: Int?, speed: Double) -> Progress {
    let row = Progress(
      file, done: total.map { Double(bytes) / Double(max(1, $0)) },
      secondsLeft: total.map { speed > 0 ? Double(max(0, $0 - bytes)) / speed : .infinity }
    ).saying(Numbers.bytes(bytes) + (total.map { " of " + Numbers.bytes($0) } ?? ""), .high)
    return speed > 0 ? row.saying("\(Numbers.fixed(speed / 1e6, 1)) MB/s", .middle) : row
  }

  /// Short work says nothing but its result.
  private func showNow(_ row: Progress) {
    let now = ContinuousClock.now
    guard now - start >= .seconds(1), now - lastShown >= .milliseconds(100) else { return }
    lastShown = now
    progress.show(row)
  }

  private func write(_ line: String) {
    progress.clear()
    Diagnostics.write(line)
  }

  func clear() { progress.clear() }

  /// - Parameter name: What names the model in commands.
  func print(_ fetched: FetchedModel, as name: String) throws {
    clear()
    if fetched.wasThere {
      Diagnostics.write("\(model.name) is there: \(fetched.path)")
    } else {
      let bytes = fetched.files.reduce(0) { $0 + $1.bytes }
      Diagnostics.write("wrote \(fetched.path) (\(model.name), \(Numbers.bytes(bytes)))")
      Diagnostics.write("gpt2 generate --model \(name) --prompt 'Once upon'")
    }
    if asJSON { try JSON.print(FetchRecord(fetched)) }
  }
}

extension FetchedFile.Assurance {
  fileprivate var words: String {
    switch self {
    case .known: "checksum known"
    case .stated: "checksum as the server states it"
    case .unverified: "not verified"
    }
  }
}

/// What `fetch --json` prints of a model that it got.
private struct FetchRecord: Encodable {
  struct File: Encodable {
    let name: String
    let bytes: Int
    /// SHA-256, or git's SHA-1 where the server stated that; absent if it was not checked.
    let checksum: String?
    /// "known", "stated" or "unverified".
    let assurance: String
  }

  let name: String
  let repository: String
  let revision: String
  let path: String
  let fetched: Bool
  let files: [File]

  init(_ model: FetchedModel) {
    (name, repository, revision) = (model.model.name, model.model.repository, model.model.revision)
    path = model.path
    fetched = !model.wasThere
    files = model.files.map {
      File(
        name: $0.name, bytes: $0.bytes, checksum: $0.checksum?.digits, assurance: $0.assurance.rawValue)
    }
  }
}
