import Kernels
import Transformer

/// What a model keeps of a sequence that it has read: every layer's keys and values.
///
/// Belongs to one sequence at a time; not for several threads at once.
public final class KeyValueCache {
  /// Positions there is room for.
  public let capacity: Int
  /// Positions that have been read.
  public private(set) var count = 0

  private let configuration: Configuration
  private let format: KeyValueFormat
  private let buffer: FloatBuffer
  private let layerBytes: Int

  /// A cache as `model` takes it: in fp32 if its weights are, else in fp16, which is as precise as they are.
  ///
  /// - Parameter capacity: Positions, at most the model's maxT.
  /// - Throws: `AllocationError` if the memory is not to be had.
  public convenience init(for model: LanguageModel, capacity: Int) throws(AllocationError) {
    try self.init(model.configuration, format: model.keyValueFormat, capacity: capacity)
  }

  /// - Parameter capacity: Positions, at most the model's maxT.
  /// - Throws: `AllocationError` if the memory is not to be had.
  public init(
    _ configuration: Configuration, format: KeyValueFormat = .fp32, capacity: Int
  ) throws(AllocationError) {
    precondition((1...configuration.maximumSequenceLength).contains(capacity), "no such capacity")
    self.configuration = configuration
    self.format = format
    self.capacity = capacity
    guard
      let layerBytes = KeyValueBlocks.byteCount(
        format, capacity: capacity, heads: configuration.heads, headSize: configuration.headSize),
      case let (bytes, overflow) = layerBytes.multipliedReportingOverflow(by: configuration.layers), !overflow
    else { throw AllocationError(values: .max) }
    self.layerBytes = layerBytes
    // Whole vectors, so whole values of the buffer.
    buffer = try FloatBuffer(zeroed: bytes / MemoryLayout<Float>.stride)
  }

  /// Bytes of memory.
  public var byteCount: Int { buffer.values.count * MemoryLayout<Float>.stride }

  /// Forgets all positions from `count` on.
  public func truncate(to count: Int) {
    precondition((0...self.count).contains(count), "there are only \(self.count) positions")
    self.count = count
  }

  /// Becomes what `other` is, a cache of the same model with no more positions than there is room for.
  func copy(from other: KeyValueCache) {
    precondition(
      other.configuration == configuration && other.format == format && other.count <= capacity,
      "the caches differ")
    for layer in 0..<configuration.layers { self[layer].copy(other.count, from: other[layer]) }
    count = other.count
  }

  func belongs(to configuration: Configuration) -> Bool { configuration == self.configuration }

  /// Says that so many more positions have been written.
  func advance(by positions: Int) {
    precondition(count + positions <= capacity, "more positions than there is room for")
    count += positions
  }

  subscript(layer: Int) -> KeyValueBlocks {
    guard let start = buffer.values.baseAddress else { preconditionFailure("a cache has a position") }
    return KeyValueBlocks(
      format, UnsafeMutableRawPointer(start) + layer * layerBytes, capacity: capacity,
      heads: configuration.heads,
      headSize: configuration.headSize)
  }
}
