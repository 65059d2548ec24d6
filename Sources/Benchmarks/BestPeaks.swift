// A clock that rises after the peaks were measured, or a neighbour that leaves, must not show as more than can be done:
// what counts is the best that was seen, at the start, at the end or in between.
extension BenchmarkReport {
  /// Holds every row against the best peaks that were seen.
  mutating func holdAgainstBestPeaks() {
    // On fewer threads rows have peaks of their own.
    let ownPeaks = sections.filter { $0.kind == .scaling }
    let shared = sections.filter { $0.kind != .scaling }
    let best = bestPeaks(with: shared.flatMap(\.rows))
    sections = shared.map { $0.held(against: best, before: peaks.allThreads) } + ownPeaks
  }

  private func bestPeaks(with rows: [BenchmarkRow]) -> PeakRates {
    let (start, end) = (peaks.allThreads, peaks.allThreadsAtEnd ?? peaks.allThreads)
    // Of arithmetic alone: rows that find in a cache what should come from memory are no measure of memory.
    func seen(_ bound: Bound) -> Double { rows.filter { $0.bound == bound }.map(\.rate).max() ?? 0 }
    return PeakRates(
      threads: start.threads, fp32: max(start.fp32, end.fp32, seen(.fp32)),
      bf16: start.bf16.map { max($0, end.bf16 ?? 0, seen(.bf16)) }, read: max(start.read, end.read),
      update: max(start.update, end.update))
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
