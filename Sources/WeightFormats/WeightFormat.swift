/// How the rows of a weight matrix are stored, in memory and in files: ggml's types of these names.
public enum WeightFormat: String, CaseIterable, Sendable {
  /// A number a value.
  case fp32, fp16, bf16
  /// Blocks of 32 values with a scale, and some with an offset.
  case q8_0, q4_0, q4_1, q5_0, q5_1
  /// ggml's k-quants: superblocks of 256 values with scales for parts of these.
  case q2_K, q3_K, q4_K, q5_K, q6_K
  /// 4 bits a value by a table that is not linear.
  case iq4_nl, iq4_xs
  /// 1.5 to 3.5 bits a value by codebooks.
  case iq1_s, iq1_m, iq2_xxs, iq2_xs, iq2_s, iq3_xxs, iq3_s
  /// Values of one to two bits.
  case tq1_0, tq2_0, q1_0, q2_0
  /// 4-bit floating-point numbers with shared scales.
  case mxfp4, nvfp4

  /// What there is to know of the format. The only place that tells formats apart.
  package var type: any BlockFormat.Type {
    switch self {
    case .fp32: FP32.self
    case .fp16: FP16.self
    case .bf16: BF16.self
    case .q8_0: Q8_0.self
    case .q4_0: Q4_0.self
    case .q4_1: Q4_1.self
    case .q5_0: Q5_0.self
    case .q5_1: Q5_1.self
    case .q2_K: Q2_K.self
    case .q3_K: Q3_K.self
    case .q4_K: Q4_K.self
    case .q5_K: Q5_K.self
    case .q6_K: Q6_K.self
    case .iq4_nl: IQ4_NL.self
    case .iq4_xs: IQ4_XS.self
    case .iq1_s: IQ1_S.self
    case .iq1_m: IQ1_M.self
    case .iq2_xxs: IQ2_XXS.self
    case .iq2_xs: IQ2_XS.self
    case .iq2_s: IQ2_S.self
    case .iq3_xxs: IQ3_XXS.self
    case .iq3_s: IQ3_S.self
    case .tq1_0: TQ1_0.self
    case .tq2_0: TQ2_0.self
    case .q1_0: Q1_0.self
    case .q2_0: Q2_0.self
    case .mxfp4: MXFP4.self
    case .nvfp4: NVFP4.self
    }
  }

  /// Those that weights can be rounded to.
  package static let encodable = allCases.filter(\.isEncodable)

  /// Their names: "fp32, fp16, …".
  package static var encodableNames: String { encodable.map(\.rawValue).joined(separator: ", ") }

  package var isEncodable: Bool { type is any EncodableFormat.Type }

  /// Values of a block; rows are whole blocks.
  package var blockValues: Int { type.blockValues }

  package var blockBytes: Int { type.blockBytes }

  /// Bytes of so many values; `nil` if they are not whole blocks.
  package func byteCount(_ values: Int) -> Int? {
    let type = type
    return values % type.blockValues == 0 ? values / type.blockValues * type.blockBytes : nil
  }

  /// How the kernels name a format whose values they multiply where they lie; `nil` for blocks.
  package var valueType: Int32? { (type as? any SingleValueFormat.Type)?.valueType }

  /// What values are decoded to for products; `nil` for a format that the kernels multiply.
  package var products: WeightFormat? { (type as? any DecodedFormat.Type)?.products }

  /// How rows of blocks lie side by side for the kernels; `nil` for a format that these do not multiply so.
  package var layout: PanelLayout? { (type as? any QuantizedFormat.Type)?.layout }
}

// Values to stored weights and back.
extension WeightFormat {
  /// Stores values, each rounded to the nearest that the format has, bit for bit as ggml's reference code does it.
  ///
  /// fp16 and bf16 round half to even, go to infinity beyond their range, and keep NaN. A block format keeps no
  /// NaN, and where there is an infinity or the scale is above fp16's range, the block decodes to infinities and
  /// NaN. Who stores a model's weights asks `firstUnstorable` before.
  ///
  /// - Precondition: The format is one of `encodable`.
  /// - Parameters:
  ///   - count: Whole blocks.
  ///   - bytes: Room for `byteCount(count)` bytes.
  package func encode(_ values: UnsafePointer<Float>, count: Int, into bytes: UnsafeMutableRawPointer) {
    encodableType.encode(values, blocks: blocks(of: count), into: bytes)
  }

  /// The values that stored weights stand for, bit for bit as ggml's reference code has them.
  ///
  /// - Parameters:
  ///   - bytes: `byteCount(count)` bytes.
  ///   - count: Whole blocks.
  package func decode(_ bytes: UnsafeRawPointer, count: Int, into values: UnsafeMutablePointer<Float>) {
    type.decode(bytes, blocks: blocks(of: count), into: values)
  }

  /// Values up to this magnitude are stored as finite ones.
  ///
  /// - Precondition: The format is one of `encodable`.
  package var largestMagnitude: Float { encodableType.largestMagnitude }

  /// The place of the first value that would not be stored as a finite one: NaN, an infinity, or a number beyond
  /// `largestMagnitude`; `nil` if there is none.
  ///
  /// - Parameter isCopy: Whether values come from the very format and go back as the bytes they were; then any finite
  ///   one is stored.
  package func firstUnstorable(
    _ values: UnsafePointer<Float>, count: Int, isCopy: Bool = false
  ) -> Int? {
    let largest = isCopy ? Float.greatestFiniteMagnitude : largestMagnitude
    // As whole numbers magnitudes have the same order, with infinity and then NaN above, and their maximum vectorises.
    let limit = largest.bitPattern
    var greatest: UInt32 = 0
    for index in 0..<count { greatest = max(greatest, values[index].magnitude.bitPattern) }
    guard greatest > limit else { return nil }
    return (0..<count).first { values[$0].magnitude.bitPattern > limit }
  }

  /// Writes a row of values into a panel of sixteen rows.
  ///
  /// - Precondition: The format has a layout.
  package func regroup(
    _ bytes: UnsafeRawPointer, count: Int, row: Int, into panel: UnsafeMutableRawPointer
  ) {
    guard let type = type as? any QuantizedFormat.Type else {
      preconditionFailure("\(rawValue) has no panels")
    }
    type.regroup(bytes, blocks: blocks(of: count), row: row, into: panel)
  }

  private var encodableType: any EncodableFormat.Type {
    guard let type = type as? any EncodableFormat.Type else {
      preconditionFailure("weights cannot be rounded to \(rawValue)")
    }
    return type
  }

  private func blocks(of count: Int) -> Int {
    let blockValues = blockValues
    precondition(count % blockValues == 0, "\(count) values are no whole blocks of \(rawValue)")
    return count / blockValues
  }
}
