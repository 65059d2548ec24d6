import GPT2Kernels
import GPT2Transformer

/// What a model keeps of a sequence that it has read: every layer's keys and values, in pages that come as it grows.
///
/// Belongs to one sequence at a time; not for several threads at once.
package final class KeyValueCache {
  /// Positions there may be.
  package let capacity: Int
  /// Positions that have been read.
  package private(set) var count = 0

  private let pool: KeyValuePool
  private var pages: [KeyValuePage] = []
  /// Where each page begins.
  private let bases: UnsafeMutablePointer<UnsafeRawPointer>

  private static let pagePositions = KeyValueBlocks.pagePositions

  /// A cache as `model` takes it, with pages of its own.
  ///
  /// - Parameter capacity: Positions, at most the model's maxT.
  package convenience init(for model: LanguageModel, capacity: Int) {
    self.init(from: KeyValuePool(for: model), capacity: capacity)
  }

  /// - Parameter capacity: Positions, at most the model's maxT.
  /// - Throws: `AllocationError` if a page has more bytes than can be counted.
  package convenience init(
    _ configuration: Configuration, format: KeyValueFormat = .fp32, capacity: Int
  ) throws(AllocationError) {
    self.init(from: try KeyValuePool(configuration, format: format), capacity: capacity)
  }

  /// - Parameter capacity: Positions, at most the model's maxT.
  package init(from pool: KeyValuePool, capacity: Int) {
    precondition((1...pool.shape.configuration.maximumSequenceLength).contains(capacity), "no such capacity")
    self.pool = pool
    self.capacity = capacity
    bases = .allocate(capacity: KeyValueShape.pages(for: capacity))
  }

  deinit { bases.deallocate() }

  /// Bytes of the pages that it holds, some of which others may hold, too.
  package var byteCount: Int { pages.count * pool.shape.pageBytes }

  /// Forgets all positions from `count` on.
  package func truncate(to count: Int) {
    precondition((0...self.count).contains(count), "there are only \(self.count) positions")
    self.count = count
    pages.removeLast(pages.count - KeyValueShape.pages(for: count))
  }

  /// Becomes the first positions of `other`, a cache of the same model. Both hold the same pages until one of them goes
  /// on within the last.
  func share(_ count: Int, of other: KeyValueCache) {
    precondition(count <= other.count, "there are only \(other.count) positions")
    precondition(pool.shape == other.pool.shape, "the caches differ")
    share(Array(other.pages[..<KeyValueShape.pages(for: count)]), positions: count)
  }

  /// Becomes what is in pages that others hold.
  func share(_ pages: [KeyValuePage], positions: Int) {
    precondition(positions <= capacity && KeyValueShape.pages(for: positions) == pages.count, "no such pages")
    self.pages = pages
    for (index, page) in pages.enumerated() { bases[index] = page.bytes }
    count = positions
  }

  /// The pages that are full, the first ones of the sequence.
  var fullPages: ArraySlice<KeyValuePage> { pages.prefix(count / Self.pagePositions) }

  func belongs(to configuration: Configuration) -> Bool { configuration == pool.shape.configuration }

  /// Makes sure that so many more positions can be written, and that nobody else sees it.
  ///
  /// - Throws: `AllocationError` if the memory is not to be had.
  func reserve(_ positions: Int) throws(AllocationError) {
    precondition(count + positions <= capacity, "more positions than there is room for")
    if let last = pages.indices.last, count % Self.pagePositions != 0,
      !isKnownUniquelyReferenced(&pages[last])
    {
      let own = try pool.page()
      own.copy(from: pages[last])
      pages[last] = own
      bases[last] = own.bytes
    }
    while pages.count * Self.pagePositions < count + positions {
      let page = try pool.page()
      bases[pages.count] = page.bytes
      pages.append(page)
    }
  }

  /// Says that so many more positions have been written, for which there was room.
  func advance(by positions: Int) {
    precondition(count + positions <= pages.count * Self.pagePositions, "more positions than were reserved")
    count += positions
  }

  /// A layer's part of the pages there are.
  subscript(layer: Int) -> KeyValueBlocks {
    let shape = pool.shape
    return KeyValueBlocks(
      shape.format, pages: bases, count: pages.count, offset: layer * shape.layerBytes,
      heads: shape.configuration.heads, headSize: shape.configuration.headSize)
  }
}
