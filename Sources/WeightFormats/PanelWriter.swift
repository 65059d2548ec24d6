import CGPT2Kernels

/// Writes a row's blocks to their places among the sixteen rows of a panel: `PanelLayout`.
struct PanelWriter {
  private let numbers: ck_layout
  /// What four codes want added, so that the layout's offset is right for them.
  private let shift: UInt32
  private let hasMins: Bool
  private let (scales, bits): (Int, Int)
  private let (scalesStart, codesStart): (Int, Int)

  /// - Parameter offset: The format's.
  init(_ layout: PanelLayout, offset: Int) {
    numbers = layout.numbers
    let difference = Int(numbers.offset) - offset
    precondition(difference >= 0, "the layout's codes reach less far down")
    shift = UInt32(difference) &* 0x0101_0101
    (hasMins, scales, bits) = (numbers.mins != 0, Int(numbers.scales), Int(numbers.bits))
    (scalesStart, codesStart) = (ck_layout_scales(numbers), ck_layout_codes(numbers))
  }

  /// - Parameters:
  ///   - start: The first of the parts' codes that go to the block.
  ///   - row: From 0 to 15.
  ///   - block: Of `PanelLayout.blockBytes`.
  func write(_ parts: BlockParts, from start: Int = 0, row: Int, into block: UnsafeMutableRawPointer) {
    assert(start == 0 || (scales == 0 && !hasMins), "scales and mins of a part of a block")
    assert(hasMins || parts.dmin == 0, "a layout without mins")
    block.storeBytes(of: parts.d, toByteOffset: 2 * row, as: UInt16.self)
    if hasMins { block.storeBytes(of: least(parts), toByteOffset: 32 + 2 * row, as: UInt16.self) }
    for part in 0..<Int(numbers.parts) {
      if scales > 0 { writeScales(parts, part, row, into: block + scalesStart) }
      writeCodes(parts.codes + start + 32 * part, row, into: block + codesStart + 64 * bits * part)
    }
  }

  /// `dmin`; without whole-number scales the least value itself, which the kernels add.
  private func least(_ parts: BlockParts) -> UInt16 {
    guard scales == 0 else { return parts.dmin }
    let min = parts.mins[0]
    precondition(min == -1 || min == 1, "a min that is no sign")
    return min < 0 ? parts.dmin : parts.dmin ^ 0x8000
  }

  private func writeScales(
    _ parts: BlockParts, _ part: Int, _ row: Int, into target: UnsafeMutableRawPointer
  ) {
    let kinds = hasMins ? 2 : 1
    let target = target + part * kinds * scales * 16 + row
    for index in 0..<scales {
      let group = 2 * part + index
      target.storeBytes(of: parts.scales[group], toByteOffset: 16 * index, as: Int8.self)
      guard hasMins else { continue }
      target.storeBytes(of: parts.mins[group], toByteOffset: 16 * (scales + index), as: Int8.self)
    }
  }

  /// Of 32 columns.
  private func writeCodes(
    _ codes: UnsafePointer<UInt8>, _ row: Int, into target: UnsafeMutableRawPointer
  ) {
    let (source, target) = (UnsafeRawPointer(codes), target + 4 * row)
    func quad(_ index: Int) -> UInt32 {
      source.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self) &+ shift
    }
    func store(_ word: UInt32, _ vector: Int) {
      target.storeBytes(of: word, toByteOffset: 64 * vector, as: UInt32.self)
    }
    guard bits < 8 else {
      for index in 0..<8 { store(quad(index), index) }
      return
    }
    if bits & 4 != 0 {
      for index in 0..<4 { store(quad(index) & 0x0F0F_0F0F | (quad(4 + index) & 0x0F0F_0F0F) << 4, index) }
    }
    if bits & 2 != 0 {
      for half in 0..<2 {
        var word: UInt32 = 0
        for index in 0..<4 {
          word |= (quad(4 * half + index) >> UInt32(bits & 4) & 0x0303_0303) << UInt32(2 * index)
        }
        store(word, (bits & 4) + half)
      }
    }
    if bits & 1 != 0 {
      var word: UInt32 = 0
      for index in 0..<8 { word |= (quad(index) >> UInt32(bits & 6) & 0x0101_0101) << UInt32(index) }
      store(word, bits & 6)
    }
  }
}
