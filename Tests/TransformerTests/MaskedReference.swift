import Foundation

/// What dev/reference/make_masked_reference.py writes.
struct MaskedReference {
  let targets: [Int32]
  let loss: Float
  /// In checkpoint order, wte's without padding rows.
  let gradients: [Float]

  init(_ path: String, tokens: Int) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    let words = data.withUnsafeBytes { Array($0.bindMemory(to: UInt32.self)) }
    targets = words[..<tokens].map { Int32(bitPattern: $0) }
    loss = Float(bitPattern: words[tokens])
    gradients = words[(tokens + 1)...].map { Float(bitPattern: $0) }
  }
}
