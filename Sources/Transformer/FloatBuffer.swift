import GPT2BinaryFiles
import GPT2Platform

/// One allocation of float32 values, freed with the last reference: the only owner of large memory.
package final class FloatBuffer {
  package let values: UnsafeMutableBufferPointer<Float>

  /// Keeps the mapping alive when the values live in a file; `nil` when they are this buffer's own pages.
  private let file: MappedFile?

  /// No memory at all.
  package init() {
    file = nil
    values = UnsafeMutableBufferPointer(start: nil, count: 0)
  }

  /// Zeroed memory on page boundaries.
  ///
  /// - Throws: `AllocationError` if the system has not so much, or would end the process once it is used.
  package init(zeroed count: Int) throws(AllocationError) {
    file = nil
    guard count > 0 else {
      values = UnsafeMutableBufferPointer(start: nil, count: 0)
      return
    }
    guard let byteCount = (CheckedCount(count) * MemoryLayout<Float>.stride).value else {
      throw AllocationError(values: count)
    }
    guard MachineMemory.has(byteCount), let address = Pages.allocate(byteCount) else {
      throw AllocationError(values: count)
    }
    let start = address.bindMemory(to: Float.self, capacity: count)
    values = UnsafeMutableBufferPointer(start: start, count: count)
  }

  /// All of a writable mapping behind its first `byteOffset` bytes, used in place. Writing to the values never
  /// changes the file.
  package init(in file: MappedFile, from byteOffset: Int) {
    guard let bytes = file.writableBytes else { preconditionFailure("the file was mapped read-only") }
    self.file = file
    values = UnsafeMutableRawBufferPointer(rebasing: bytes[byteOffset...]).bindMemory(to: Float.self)
  }

  deinit {
    guard file == nil, let start = values.baseAddress else { return }
    Pages.free(start, values.count * MemoryLayout<Float>.stride)
  }
}

/// The system has not enough memory for a buffer.
public struct AllocationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// How many float32 values were asked for.
  public let values: Int

  package init(values: Int) { self.values = values }

  public var description: String {
    let gibibytes = Double(values) * 4 / 1_073_741_824
    let tenths = (gibibytes * 10).rounded() / 10
    return "not enough memory: found less than \(tenths) GiB free for one buffer; "
      + "use a smaller model, batch size or sequence length"
  }
}
