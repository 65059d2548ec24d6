import GPT2WeightFormats

/// How keys and values are kept.
package enum KeyValueFormat: Sendable {
  case fp32
  /// Half the memory to read for every token. Keys and values beyond fp16's range become its largest numbers.
  case fp16

  /// Of one value.
  package var byteCount: Int {
    switch self {
    case .fp32: 4
    case .fp16: 2
    }
  }

  /// The same as a format of weights.
  var values: WeightFormat {
    switch self {
    case .fp32: .fp32
    case .fp16: .fp16
    }
  }

  @inline(__always)
  func store(_ value: Float, to target: UnsafeMutableRawPointer) {
    switch self {
    case .fp32: target.storeBytes(of: value, as: Float.self)
    case .fp16:
      let largest: Float = 65504
      // Not by min and max, which lose NaN.
      let finite = value > largest ? largest : value < -largest ? -largest : value
      target.storeBytes(of: HalfFloat.bits(rounding: finite), as: UInt16.self)
    }
  }
}
