/// SHA-1 (FIPS 180-4, section 6.1): by it git names contents, and so do servers of git repositories. It tells damage;
/// against forgery it is weak.
struct SHA1: BlockHash {
  private(set) var words: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]

  mutating func absorb(_ blocks: UnsafeRawBufferPointer) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 80) { schedule in
      for start in stride(from: 0, to: blocks.count, by: 64) {
        for t in 0..<16 {
          schedule[t] = UInt32(
            bigEndian: blocks.loadUnaligned(fromByteOffset: start + 4 * t, as: UInt32.self))
        }
        for t in 16..<80 {
          let mixed = schedule[t - 3] ^ schedule[t - 8] ^ schedule[t - 14] ^ schedule[t - 16]
          schedule[t] = mixed.rotated(right: 31)
        }
        compress(schedule)
      }
    }
  }

  private mutating func compress(_ w: UnsafeMutableBufferPointer<UInt32>) {
    var (a, b, c, d, e) = (words[0], words[1], words[2], words[3], words[4])
    for t in 0..<80 {
      let (mixed, constant): (UInt32, UInt32) =
        switch t {
        case 0..<20: ((b & c) ^ (~b & d), 0x5a82_7999)
        case 20..<40: (b ^ c ^ d, 0x6ed9_eba1)
        case 40..<60: ((b & c) ^ (b & d) ^ (c & d), 0x8f1b_bcdc)
        default: (b ^ c ^ d, 0xca62_c1d6)
        }
      let next = a.rotated(right: 27) &+ mixed &+ e &+ constant &+ w[t]
      (e, d, c, b, a) = (d, c, b.rotated(right: 2), a, next)
    }
    for (index, value) in [a, b, c, d, e].enumerated() { words[index] &+= value }
  }
}
