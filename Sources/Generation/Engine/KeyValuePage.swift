import GPT2Kernels
import Synchronization
import GPT2Transformer

/// What all the pages of a model's keys and values have in common.
struct KeyValueShape: Equatable {
  let configuration: Configuration
  let format: KeyValueFormat
  /// Bytes of one layer's part of a page.
  let layerBytes: Int
  /// Bytes of a page.
  let pageBytes: Int

  /// - Throws: `AllocationError` if a page has more bytes than can be counted.
  init(_ configuration: Configuration, format: KeyValueFormat) throws(AllocationError) {
    guard
      let layerBytes = KeyValueBlocks.pageByteCount(
        format, heads: configuration.heads, headSize: configuration.headSize),
      case let (pageBytes, overflow) = layerBytes.multipliedReportingOverflow(by: configuration.layers),
      !overflow
    else { throw AllocationError(values: .max) }
    self.configuration = configuration
    self.format = format
    self.layerBytes = layerBytes
    self.pageBytes = pageBytes
  }

  /// Pages that so many positions take.
  static func pages(for positions: Int) -> Int {
    (positions + KeyValueBlocks.pagePositions - 1) / KeyValueBlocks.pagePositions
  }
}

/// The keys and values of some positions that follow one another, in every layer.
///
/// Every sequence that begins with the same tokens may hold it; one alone may write to it. It goes back to its pool with
/// the last reference.
final class KeyValuePage: @unchecked Sendable {
  // `@unchecked`: only a cache that holds it alone writes to it.
  let bytes: UnsafeRawPointer
  private let buffer: FloatBuffer
  private let pool: KeyValuePool

  fileprivate init(_ buffer: FloatBuffer, from pool: KeyValuePool) {
    guard let start = buffer.values.baseAddress else { preconditionFailure("a page has positions") }
    bytes = UnsafeRawPointer(start)
    self.buffer = buffer
    self.pool = pool
  }

  deinit { pool.take(back: buffer) }

  func copy(from other: KeyValuePage) {
    buffer.values.baseAddress?.update(
      from: other.bytes.assumingMemoryBound(to: Float.self), count: buffer.values.count)
  }
}

/// Where pages come from, and where their memory waits to be used again. For any number of threads.
package final class KeyValuePool: Sendable {
  let shape: KeyValueShape
  private let state = Mutex(State())
  /// Pages of memory that are kept for the next text at most.
  private static let mostSpare = 16

  private struct State {
    // Of nobody else.
    nonisolated(unsafe) var spare: [FloatBuffer] = []
    var inUse = 0
  }

  /// Pages as `model` takes them: in fp32 if its weights are, else in fp16, which is as precise as they are.
  package init(for model: LanguageModel) {
    guard let shape = try? KeyValueShape(model.configuration, format: model.keyValueFormat) else {
      preconditionFailure("a page has fewer bytes than the weights, which are in memory")
    }
    self.shape = shape
  }

  /// - Throws: `AllocationError` if a page has more bytes than can be counted.
  init(_ configuration: Configuration, format: KeyValueFormat) throws(AllocationError) {
    shape = try KeyValueShape(configuration, format: format)
  }

  /// Bytes of the pages that texts hold.
  package var byteCount: Int { state.withLock(\.inUse) * shape.pageBytes }

  /// - Throws: `AllocationError` if the memory is not to be had.
  func page() throws(AllocationError) -> KeyValuePage {
    let spare = state.withLock { state in
      state.inUse += 1
      return state.spare.popLast()
    }
    // What an earlier text has left there is not looked at.
    if let spare { return KeyValuePage(spare, from: self) }
    do throws(AllocationError) {
      // Whole vectors, so whole values of the buffer.
      return KeyValuePage(try FloatBuffer(zeroed: shape.pageBytes / MemoryLayout<Float>.stride), from: self)
    } catch {
      state.withLock { $0.inUse -= 1 }
      throw error
    }
  }

  fileprivate func take(back buffer: FloatBuffer) {
    state.withLock { state in
      state.inUse -= 1
      if state.spare.count < Self.mostSpare { state.spare.append(buffer) }
    }
  }
}
