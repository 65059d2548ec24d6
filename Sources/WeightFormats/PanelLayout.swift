import CGPT2Kernels

/// How sixteen rows of a quantised matrix lie side by side, for the kernels that multiply them as bytes.
///
/// A panel is sixteen rows, block after block. A block holds the rows' `d` in fp16; with mins their `dmin`; with
/// whole-number scales, for each 32 columns first all scales, a byte a row, then all mins; then for each 32 columns the
/// codes, as vectors of four bytes a row. Of codes with
///
/// - 4 bits and more there are four vectors of their lower four bits: bytes of vector v hold columns 4v to 4v + 3 in their
///   low halves and columns 16 + 4v on in their high ones;
/// - 2 bits, alone, before a third, or above the lower four, there are two vectors: vector v holds columns 16v on, two
///   bits for each four of them, the first four's lowest;
/// - an odd number of bits there is one more vector of their uppermost: bit p for columns 4p to 4p + 3;
/// - 8 bits there are eight vectors instead, of four columns each.
///
/// In layouts of codebooks' formats `d` counts for an eighth, since it cannot always be divided by 8 without rounding.
///
/// So 32 columns take 64 bytes a bit, and most formats as much room as they are stored in.
package struct PanelLayout: Hashable, Sendable, CaseIterable {
  /// As the kernels number it.
  package let index: Int32

  private init(_ index: Int) { self.index = Int32(truncatingIfNeeded: index) }

  package static let q4_0 = PanelLayout(CK_PANEL_q4_0)
  package static let q5_0 = PanelLayout(CK_PANEL_q5_0)
  /// Any format of 32 values without mins.
  package static let q8_0 = PanelLayout(CK_PANEL_q8_0)
  package static let q5_1 = PanelLayout(CK_PANEL_q5_1)
  package static let q2_K = PanelLayout(CK_PANEL_q2_K)
  package static let q3_K = PanelLayout(CK_PANEL_q3_K)
  package static let q4_K = PanelLayout(CK_PANEL_q4_K)
  package static let q5_K = PanelLayout(CK_PANEL_q5_K)
  package static let q6_K = PanelLayout(CK_PANEL_q6_K)
  /// The formats of codebooks whose values are few eighths.
  package static let iq1_s = PanelLayout(CK_PANEL_iq1_s)
  /// Those whose values are more eighths.
  package static let iq2_xs = PanelLayout(CK_PANEL_iq2_xs)
  /// Any format of 256 values.
  package static let bytes = PanelLayout(CK_PANEL_bytes)

  package static var allCases: [PanelLayout] { (0..<CK_PANEL_COUNT).map { PanelLayout($0) } }

  /// What the kernels know of it.
  var numbers: ck_layout { ck_layout_of(index) }

  /// Columns of a block: 32 or 256.
  package var blockValues: Int { 32 * Int(numbers.parts) }

  /// What `d` is multiplied by: a power of two.
  package var unit: Float { 1 / Float(numbers.divisor) }

  /// Bytes of a block, of sixteen rows.
  package var blockBytes: Int { ck_layout_bytes(numbers) }

  package static var rows: Int { 16 }
}
