/// The bytes of idx files.
package enum IDXBytes {
  /// A file of bytes.
  package static func make(_ dimensions: [Int], _ values: [UInt8]) -> [UInt8] {
    [0, 0, 8, UInt8(dimensions.count)]
      + dimensions.flatMap { size in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) } } + values
  }
}
