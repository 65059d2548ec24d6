import CKernels

/// Values as they are stored, one by one, in one of the formats without blocks.
protocol StoredValues {
  static var byteCount: Int { get }
  /// Sixteen values, at any alignment.
  static func load(_ pointer: UnsafeRawPointer) -> Vector
  static func load(one pointer: UnsafeRawPointer) -> Float
  /// What the kernels in C call the format.
  static var type: Int32 { get }
}

extension StoredValues {
  /// The first `lanes` values, the rest of the vector 0.
  @inline(__always)
  static func load(_ pointer: UnsafeRawPointer, _ lanes: Int) -> Vector {
    if lanes == Vectors.width { return load(pointer) }
    var vector = Vector.zero
    for lane in 0..<lanes { vector[lane] = load(one: pointer + lane * byteCount) }
    return vector
  }
}

enum Float32Values: StoredValues {
  @inline(__always) static var type: Int32 { Int32(CK_FP32) }
  @inline(__always) static var byteCount: Int { 4 }
  @inline(__always)
  static func load(_ pointer: UnsafeRawPointer) -> Vector { pointer.loadUnaligned(as: Vector.self) }
  @inline(__always)
  static func load(one pointer: UnsafeRawPointer) -> Float { pointer.loadUnaligned(as: Float.self) }
}

enum BFloat16Values: StoredValues {
  @inline(__always) static var type: Int32 { Int32(CK_BF16) }
  @inline(__always) static var byteCount: Int { 2 }
  @inline(__always)
  static func load(_ pointer: UnsafeRawPointer) -> Vector { ck_load_bf16(pointer) }
  @inline(__always)
  static func load(one pointer: UnsafeRawPointer) -> Float {
    Float(bitPattern: UInt32(pointer.loadUnaligned(as: UInt16.self)) << 16)
  }
}

enum Float16Values: StoredValues {
  @inline(__always) static var type: Int32 { Int32(CK_FP16) }
  @inline(__always) static var byteCount: Int { 2 }
  @inline(__always)
  static func load(_ pointer: UnsafeRawPointer) -> Vector { ck_load_fp16(pointer) }
  @inline(__always)
  static func load(one pointer: UnsafeRawPointer) -> Float {
    ck_widen_fp16(pointer.loadUnaligned(as: UInt16.self))
  }
}

extension StoredMatrix {
  /// Widens a row to fp32.
  package func decode(row: Int, into values: UnsafeMutablePointer<Float>) {
    assert((0..<rows).contains(row))
    format.decode(base + row * rowBytes, count: columns, into: values)
  }
}
