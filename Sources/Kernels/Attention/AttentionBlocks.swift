/// What both passes of attention over one head share.
///
/// Scores are kept transposed, a row for each key and a lane for each query of a block, because
/// - a block of scores is then a panel as the micro-kernel reads one: P·V, as Oᵀ = Vᵀ·Pᵀ, takes it as it is;
/// - maxima, sums and exponentials over the keys go down the rows, sixteen queries at a time.
struct AttentionBlocks<Row: TileRow, Format: PanelFormat> {
  typealias Pack = Packing<Format>
  typealias TileLoops = PackedTiles<Row, Format>

  let head: AttentionHead

  /// Queries of a block.
  @inline(__always) static var queries: Int { Row.width }
  /// Keys of a block: whole panels, whole pairs; with 64 queries 48 KiB of scores.
  static var keys: Int { 192 }

  var headSize: Int { head.queries.columns }
  /// Words of a head's channels, as the depth of a product.
  var headWords: Int { Pack.words(depth: headSize) }
  /// The head's channels rounded up to whole panels.
  var headRows: Int { Self.wholePanels(headSize) }

  static func wholePanels(_ rows: Int) -> Int {
    LeftPanels<Format>.panels(rows: rows) * RowPanels.lines
  }

  /// Keys as rows and channels as depth: one block of depths.
  func keyRows(_ memory: UnsafeMutablePointer<Float>, keys: Int) -> LeftPanels<Format> {
    LeftPanels(memory: memory, rows: keys, depth: headSize, blockDepth: headSize)
  }

  /// Channels as rows and keys as depth, a block of keys at a time.
  func channelRows(_ memory: UnsafeMutablePointer<Float>, keys: Int) -> LeftPanels<Format> {
    LeftPanels(memory: memory, rows: headSize, depth: keys, blockDepth: Self.keys)
  }

  /// Words of either.
  func panelWords(keys: Int) -> Int {
    max(
      LeftPanels<Format>.words(rows: keys, depth: headSize),
      LeftPanels<Format>.words(rows: headSize, depth: keys))
  }

  /// S = scale · K·Qᵀ, or any such product over the head's channels, for one block.
  ///
  /// - Parameters:
  ///   - left: `keyRows` of keys or values.
  ///   - right: A panel of queries or their gradients.
  ///   - scores: (keys rounded up to whole panels, queries), overwritten.
  func multiply(
    _ left: LeftPanels<Format>, keys: Range<Int>, _ right: UnsafePointer<Float>, scale: Float,
    into scores: UnsafeMutablePointer<Float>
  ) {
    TileLoops.multiply(
      left.block(0, from: keys.lowerBound), aWords: headWords, right, words: headWords,
      rows: Self.wholePanels(keys.count),
      columns: Self.queries, into: TileOutput(c: scores, stride: Self.queries, scale: scale))
  }

  /// Oᵀ = Vᵀ·Pᵀ, or any such sum over a block's keys.
  ///
  /// - Parameters:
  ///   - left: `channelRows` of values or keys.
  ///   - weights: Words of (keys, queries), a block of keys or its beginning.
  ///   - output: (channels rounded up to whole panels, queries): overwritten, or added to.
  func sum(
    _ left: LeftPanels<Format>, keys: Range<Int>, _ weights: UnsafePointer<Float>, scale: Float,
    into output: UnsafeMutablePointer<Float>, accumulating: Bool
  ) {
    TileLoops.multiply(
      left.block(keys.lowerBound / Self.keys), aWords: left.words(of: keys.lowerBound / Self.keys), weights,
      words: Pack.words(depth: keys.count), rows: headRows, columns: Self.queries,
      into: TileOutput(
        c: output, stride: Self.queries, scale: scale, addend: accumulating ? UnsafePointer(output) : nil,
        addendStride: Self.queries))
  }

  /// Calls `body` with the start of each vector of a block's queries and its scores' offset in a row.
  @inline(__always)
  static func forEachVector(_ body: (_ lane: Int) -> Void) {
    for lane in stride(from: 0, to: queries, by: Vectors.width) { body(lane) }
  }

  /// Which of sixteen queries from `query` on may not see `key`, which is after them.
  @inline(__always)
  static func hidden(_ key: Int, from query: Int) -> SIMDMask<SIMD16<Int32>> {
    lanes .< SIMD16(repeating: Int32(truncatingIfNeeded: key - query))
  }

  @inline(__always)
  private static var lanes: SIMD16<Int32> { SIMD16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) }
}
