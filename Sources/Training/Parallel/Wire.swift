import GPT2Kernels

// Values as they travel between processes: fp32 as they are, or bf16 in half the bytes, which all processes have in the
// same order of bytes.

/// Puts values one after another.
struct WireWriter {
  private let start: UnsafeMutableRawPointer
  private let precision: Precision
  private var count = 0

  /// - Parameter memory: For all values that will be written, as fp32.
  init(_ memory: UnsafeMutablePointer<Float>, _ precision: Precision) {
    start = UnsafeMutableRawPointer(memory)
    self.precision = precision
  }

  mutating func write(_ values: UnsafeMutableBufferPointer<Float>, on workers: Workers) {
    let place = start + count * precision.bytes
    switch precision {
    case .fp32:
      UnsafeMutableRawBufferPointer(start: place, count: values.count * 4).copyMemory(
        from: UnsafeRawBufferPointer(values))
    case .bf16:
      Rounding.narrow(
        UnsafeBufferPointer(values), into: place.bindMemory(to: UInt16.self, capacity: values.count),
        on: workers)
    }
    count += values.count
  }

  /// What was written.
  var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: start, count: count * precision.bytes)
  }
}

/// Takes values one after another.
struct WireReader {
  private let start: UnsafeMutableRawPointer
  private let precision: Precision
  private var count = 0

  /// - Parameter memory: For all values that will be read, as fp32.
  init(_ memory: UnsafeMutablePointer<Float>, _ precision: Precision) {
    start = UnsafeMutableRawPointer(memory)
    self.precision = precision
  }

  /// Where the bytes of so many values are to come.
  func bytes(of count: Int) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: start, count: count * precision.bytes)
  }

  /// Replaces values by the next.
  mutating func copy(to values: UnsafeMutableBufferPointer<Float>, on workers: Workers) {
    let place = next(values.count)
    switch precision {
    case .fp32:
      UnsafeMutableRawBufferPointer(values).copyMemory(
        from: UnsafeRawBufferPointer(start: place, count: values.count * 4))
    case .bf16:
      Rounding.widen(place.bindMemory(to: UInt16.self, capacity: values.count), into: values, on: workers)
    }
  }

  /// Adds the next to values, and rounds the sums to what travels.
  mutating func add(to values: UnsafeMutableBufferPointer<Float>, on workers: Workers) {
    let place = next(values.count)
    switch precision {
    case .fp32:
      let addend = place.bindMemory(to: Float.self, capacity: values.count)
      Addition.add(UnsafeBufferPointer(start: addend, count: values.count), to: values, on: workers)
    case .bf16:
      Rounding.add(place.bindMemory(to: UInt16.self, capacity: values.count), to: values, on: workers)
    }
  }

  private mutating func next(_ count: Int) -> UnsafeMutableRawPointer {
    defer { self.count += count }
    return start + self.count * precision.bytes
  }
}

extension Precision {
  /// Of a value that travels.
  fileprivate var bytes: Int {
    switch self {
    case .fp32: 4
    case .bf16: 2
    }
  }
}
