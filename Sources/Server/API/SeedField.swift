/// `seed`: of 64 bits, with a sign as OpenAI's API has it, or without as it is told back.
struct SeedField: Decodable, Sendable {
  let bits: UInt64

  init(from decoder: any Decoder) throws {
    let single = try decoder.singleValueContainer()
    if let bits = try? single.decode(UInt64.self) {
      self.bits = bits
    } else {
      bits = UInt64(bitPattern: try single.decode(Int64.self))
    }
  }
}
