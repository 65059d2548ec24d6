import GPT2Platform
import Synchronization

/// The mappings of files. A file that somebody cuts while it is mapped has no pages any more where its end was: whoever
/// reads there gets SIGBUS, which would end the program with all that it has learnt. Here that becomes pages of zeros and a
/// mark, and an error at the next check.
enum MappedRegions {
  /// A place in the table.
  typealias Region = Int

  /// As long as a mapping has the place: its first byte and the one behind its last.
  fileprivate struct Entry: ~Copyable {
    let start = Atomic<UInt>(free)
    let end = Atomic<UInt>(0)
    let isCut = Atomic<Bool>(false)

    static let free: UInt = 0
    /// No mapping begins there.
    static let reserved: UInt = 1
  }

  /// More than anybody maps: each replica of a run maps each shard of its data. What is beyond is not watched.
  private static let capacity = 1 << 14

  /// Made once, and never freed: a signal handler reaches nothing but globals, and takes no lock.
  private struct Table: @unchecked Sendable {
    // `@unchecked`: all that changes is atomic.
    let entries: UnsafeMutablePointer<Entry>

    init() {
      entries = .allocate(capacity: capacity)
      for index in 0..<capacity { (entries + index).initialize(to: Entry()) }
      BusFaults.handle { address in MappedRegions.cover(address) }
    }
  }

  private static let table = Table()
  private static let isAnyCut = Atomic<Bool>(false)
  /// Where the search for a free place begins.
  private static let next = Atomic<Int>(0)
  private static let files = Mutex<[Region: FileIdentity]>([:])

  /// - Returns: `nil` if the table is full.
  static func add(_ bytes: UnsafeRawBufferPointer, of file: FileIdentity) -> Region? {
    let (first, start) = (next.load(ordering: .relaxed), UInt(bitPattern: bytes.baseAddress))
    _ = isAnyCut.load(ordering: .relaxed)  // Initialised here, not in the handler.
    for offset in 0..<capacity {
      let region = (first + offset) % capacity
      let (isFree, _) = table.entries[region].start.compareExchange(
        expected: Entry.free, desired: Entry.reserved, ordering: .acquiringAndReleasing)
      guard isFree else { continue }
      next.store((region + 1) % capacity, ordering: .relaxed)
      files.withLock { $0[region] = file }
      table.entries[region].end.store(start + UInt(bytes.count), ordering: .relaxed)
      table.entries[region].start.store(start, ordering: .releasing)
      return region
    }
    return nil
  }

  /// Before it is unmapped. One that was cut keeps its place: what was read of it may be in use.
  static func remove(_ region: Region) {
    guard !isCut(region) else {
      table.entries[region].start.store(Entry.reserved, ordering: .releasing)
      return
    }
    _ = files.withLock { $0.removeValue(forKey: region) }
    table.entries[region].start.store(Entry.free, ordering: .releasing)
  }

  static func isCut(_ region: Region) -> Bool { table.entries[region].isCut.load(ordering: .acquiring) }

  static func checkRead() throws(FileError) {
    guard isAnyCut.load(ordering: .acquiring) else { return }
    let cut = files.withLock { files in files.first { isCut($0.key) }?.value }
    if let cut { throw cut.cutError }
  }

  static func checkAll() throws(FileError) {
    try checkRead()
    let known = files.withLock { Array($0.values) }
    if let cut = known.first(where: \.isShorter) { throw cut.cutError }
  }

  /// In the signal handler: puts zeros where a mapping has lost its file.
  ///
  /// - Returns: `false` for an address in none.
  private static func cover(_ address: UInt) -> Bool {
    for region in 0..<capacity {
      let start = table.entries[region].start.load(ordering: .acquiring)
      let end = table.entries[region].end.load(ordering: .relaxed)
      guard start > Entry.reserved, start <= address, address < end else { continue }
      // Up to its end: pages behind a cut are gone, too.
      guard Pages.replaceByZeros(from: address, to: end) else { return false }
      table.entries[region].isCut.store(true, ordering: .releasing)
      isAnyCut.store(true, ordering: .releasing)
      return true
    }
    return false
  }
}

/// Which file was mapped, and how long it was.
struct FileIdentity: Sendable {
  let path: String
  private let device: UInt64
  private let number: UInt64
  private let size: Int

  init(path: String, _ status: stat) {
    self.path = path
    device = UInt64(truncatingIfNeeded: status.st_dev)
    number = UInt64(truncatingIfNeeded: status.st_ino)
    size = Int(status.st_size)
  }

  /// Its size now; `nil` if another file has its name, or none.
  private var sizeNow: Int? {
    guard let status = FileSystem.status(of: path), UInt64(truncatingIfNeeded: status.st_dev) == device,
      UInt64(truncatingIfNeeded: status.st_ino) == number
    else { return nil }
    return Int(status.st_size)
  }

  /// Whether it has become shorter, which need not be noticed where it is read: the rest of a last page reads as zeros.
  var isShorter: Bool { sizeNow.map { $0 < size } ?? false }

  var cutError: FileError {
    FileError(path, .cut(found: sizeNow.flatMap { $0 < size ? $0 : nil }, expected: size))
  }
}
