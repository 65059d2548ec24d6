import Foundation

/// A run that the machine has not the memory for. The system would grant the memory and end the run, or
/// another program, when it is used.
struct MemoryShortage: Error, CustomStringConvertible {
  let needed: Int
  let available: Int

  var description: String {
    "not enough memory: found \(Numbers.bytes(available)) in this machine, expected \(Numbers.bytes(needed)) "
      + "for weights, gradients, moments and activations; use a smaller model, batch size or sequence length"
  }

  /// - Throws: `MemoryShortage` if `byteCount` is more than the machine has.
  static func check(_ byteCount: Int) throws(MemoryShortage) {
    let available = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    if byteCount > available { throw MemoryShortage(needed: byteCount, available: available) }
  }
}
