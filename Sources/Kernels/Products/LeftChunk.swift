/// How much of the left factor is packed at a time, to be multiplied by all of the right one.
struct LeftChunk {
  let rows: Int
  /// Whole blocks of kc.
  let depths: Int

  /// Words of depth that both factors are gone through at a time: kc. A panel of 64 columns is then 64 KiB, one of six
  /// rows 8 KiB. It is no machine's own, since the bits of a sum depend on where it is cut.
  static let blockWords = 256

  /// Fewer rows than this would not repay packing the right factor.
  private static let fewestRows = 768

  /// Even shares of rows and depths, each of whole panels and blocks.
  init(rows: Int, k: Int, _ kernel: ProductKernel, _ caches: CacheSizes = Processor.current.caches) {
    let words = kernel.words(depth: k)
    // Four times the second-level cache: 4 MiB where that has 1, as measured. All threads read it from the third.
    let most = 4 * caches.second / MemoryLayout<Float>.stride * kernel.rows / kernel.rowStep
    let fitting = max(Self.fewestRows, most / max(1, words))
    let shares = (rows + fitting - 1) / fitting
    let share = shares == 0 ? 0 : (rows + shares - 1) / shares
    self.rows = min(rows, kernel.panels(rows: share) * kernel.rows)
    let wordShares = (words * self.rows + most - 1) / most
    let wordShare = wordShares == 0 ? 1 : (words + wordShares - 1) / wordShares
    let blocks = (wordShare + Self.blockWords - 1) / Self.blockWords
    depths = max(1, blocks) * Self.blockWords * kernel.depthPerWord
  }
}
