// A clock that rises after the peaks were measured, or a neighbour that leaves, must not show as more than can be done:
// what counts is the best that was seen, at the start, at the end or in between.
extension BenchmarkReport {
  /// Holds every row against the best peaks that were seen.
  mutating func holdAgainstBestPeaks() {
    // On fewer threads rows have peaks of their own.
    let ownPeaks = sections.filter { $0.kind == .scaling }
    let shared = sections.filter { $0.kind != .scaling }
    sections = shared.map {
      $0.held(against: bestPeaks(with: shared.flatMap(\.rows)), before: peaks.allThreads)
    }
    sections += ownPeaks
  }

  private func bestPeaks(with rows: [BenchmarkRow]) -> PeakRates {
    let (start, end) = (peaks.allThreads, peaks.allThreadsAtEnd ?? peaks.allThreads)
    func best(_ bound: Bound, _ rate: KeyPath<PeakRates, Double>) -> Double {
      // Rows that find in a cache what should come from memory are no measure of memory.
      let seen = bound.isArithmetic ? rows.filter { $0.bound == bound }.map(\.rate) : []
      return max(start[keyPath: rate], end[keyPath: rate], seen.max() ?? 0)
    }
    let bf16 = start.bf16.map {
      max($0, end.bf16 ?? 0, rows.filter { $0.bound == .bf16 }.map(\.rate).max() ?? 0)
    }
    return PeakRates(
      threads: start.threads, fp32: best(.fp32, \.fp32), bf16: bf16, read: best(.read, \.read),
      update: best(.update, \.update))
  }
}

extension BenchmarkSection {
  fileprivate func held(against best: PeakRates, before: PeakRates) -> BenchmarkSection {
    BenchmarkSection(
      kind: kind, title: title,
      rows: rows.map { row in
        let (old, new) =
          switch row.bound {
          case .fp32: (before.fp32, best.fp32)
          case .bf16: (before.bf16 ?? 1, best.bf16 ?? 1)
          case .read: (before.read, best.read)
          case .update: (before.update, best.update)
          }
        return row.scaled(by: old / new)
      })
  }
}
