/// A way in which weights are stored: one file each in `Formats`, all of them listed in `WeightFormat`.
///
/// Values are stored in blocks, one after the other; a row of a matrix is whole blocks. Bytes are little-endian and may
/// lie at any address.
package protocol BlockFormat {
  /// ggml's name, as in "Q4_K".
  static var ggmlName: String { get }
  /// ggml's number for tensors (enum ggml_type).
  static var ggmlNumber: UInt32 { get }
  /// llama.cpp's number for a file whose matrices have this format (enum llama_ftype), if it has one.
  static var ggmlFileType: UInt32? { get }

  /// Values of a block.
  static var blockValues: Int { get }
  /// Bytes of a block.
  static var blockBytes: Int { get }

  /// The values that so many blocks stand for, bit for bit as ggml's reference code has them.
  static func decode(_ bytes: UnsafeRawPointer, blocks: Int, into values: UnsafeMutablePointer<Float>)
}

/// A format that values can be rounded to here.
package protocol EncodableFormat: BlockFormat {
  /// Values up to this magnitude are stored as finite ones.
  static var largestMagnitude: Float { get }

  /// Stores so many blocks of values, each rounded to the nearest that the format has.
  static func encode(
    _ values: UnsafePointer<Float>, blocks: Int, into bytes: UnsafeMutableRawPointer)
}

/// A format without blocks, whose values the kernels multiply where they lie.
package protocol SingleValueFormat: BlockFormat {
  /// How the kernels name it: `CK_FP32` and so on.
  static var valueType: Int32 { get }
}

extension SingleValueFormat {
  package static var blockValues: Int { 1 }
}

/// A format that the kernels have no products for: its values are decoded for them, to twice the bytes and more.
///
/// A new format can begin so, and become a `QuantizedFormat` to be fast.
package protocol DecodedFormat: BlockFormat {
  /// One without blocks that holds all its values.
  static var products: WeightFormat { get }
}

/// A format of blocks of small whole numbers, which are multiplied as bytes once rows are side by side.
///
/// A new one only says how a block is taken apart: that decodes it, and regroups it for the kernels.
package protocol QuantizedFormat: BlockFormat {
  /// What is taken off a code: `BlockParts`.
  static var offset: Int { get }
  /// How rows of it lie side by side for the kernels, and what a unit of `d` is. Its blocks are as long, or if they have
  /// nothing but `d` and codes, the format's are several of them.
  static var layout: PanelLayout { get }

  /// Writes the parts of one block.
  static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts)
}

extension QuantizedFormat {
  /// The layouts that hold any format of such blocks.
  package static var layout: PanelLayout { blockValues == 256 ? .bytes : .q8_0 }

  package static func decode(
    _ bytes: UnsafeRawPointer, blocks: Int, into values: UnsafeMutablePointer<Float>
  ) {
    let unit = layout.unit
    BlockParts.withTemporary(values: blockValues) { parts in
      for block in 0..<blocks {
        takeApart(bytes + block * blockBytes, into: &parts)
        parts.decode(
          count: blockValues, offset: offset, unit: unit, into: values + block * blockValues)
      }
    }
  }

  /// Writes so many blocks of a row into a panel of sixteen rows.
  static func regroup(
    _ bytes: UnsafeRawPointer, blocks: Int, row: Int, into panel: UnsafeMutableRawPointer
  ) {
    let (layout, writer) = (layout, PanelWriter(layout, offset: offset))
    precondition(blockValues % layout.blockValues == 0, "\(ggmlName): a layout for other blocks")
    let (size, panelValues, panelSize) = (blockBytes, layout.blockValues, layout.blockBytes)
    let pieces = blockValues / panelValues
    BlockParts.withTemporary(values: blockValues) { parts in
      for block in 0..<blocks {
        takeApart(bytes + block * size, into: &parts)
        for piece in 0..<pieces {
          writer.write(
            parts, from: piece * panelValues, row: row, into: panel + (block * pieces + piece) * panelSize)
        }
      }
    }
  }
}
