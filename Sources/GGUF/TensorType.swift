import GPT2WeightFormats

/// A type of tensors that is read and written: a format of weights, by ggml's number and name for it.
package struct TensorType: RawRepresentable, Hashable, CaseIterable, Sendable {
  package let format: WeightFormat

  package init(_ format: WeightFormat) { self.format = format }

  /// - Parameter number: ggml's (enum ggml_type).
  package init?(rawValue number: UInt32) {
    guard let format = WeightFormat.allCases.first(where: { $0.type.ggmlNumber == number }) else {
      return nil
    }
    self.format = format
  }

  package static var allCases: [TensorType] { WeightFormat.allCases.map(TensorType.init) }

  package static let f32 = TensorType(.fp32)
  package static let f16 = TensorType(.fp16)
  package static let bf16 = TensorType(.bf16)
  package static let q4_0 = TensorType(.q4_0)
  package static let q8_0 = TensorType(.q8_0)

  /// ggml's number.
  package var rawValue: UInt32 { format.type.ggmlNumber }

  /// ggml's name: "Q8_0".
  package var name: String { format.type.ggmlName }

  /// Values of a block; rows are whole blocks.
  package var blockValues: Int { format.blockValues }

  package var blockBytes: Int { format.blockBytes }
}

/// ggml's types that are not read, and what to do about them.
enum RefusedType {
  /// Its name; the number for one that ggml does not have.
  static func name(of number: UInt32) -> String { names[number] ?? "number \(number)" }

  static func advice(for number: UInt32) -> String {
    if names[number] == nil {
      return "the file is damaged, or newer than this program; take the model as Q8_0 or Q4_K_M"
    }
    return "GPT-2's weights are not stored so; convert the model again, as Q8_0 or Q4_K_M"
  }

  private static let names: [UInt32: String] = [
    9: "Q8_1", 15: "Q8_K", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64",
  ]
}
