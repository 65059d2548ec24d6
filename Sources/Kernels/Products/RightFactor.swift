import CGPT2Kernels
import GPT2WeightFormats

/// The right factor of a product, or a part of it: values as they lie, or a linear layer's weight, transposed.
struct RightFactor {
  enum Source {
    case values(Operand)  // (k, columns)
    case weight(LinearWeight)  // (columns, depth)
  }

  let source: Source
  /// The part's depths and columns in the whole.
  private let depths: Range<Int>
  private let lines: Range<Int>

  init(_ operand: Operand) {
    self.init(.values(operand), 0..<operand.rows, 0..<operand.columns)
  }

  init(_ weight: LinearWeight) {
    if case .rows(let matrix) = weight, let values = matrix.values {
      self.init(Operand(values, transposed: true))
      return
    }
    self.init(.weight(weight), 0..<weight.columns, 0..<weight.rows)
  }

  private init(_ source: Source, _ depths: Range<Int>, _ lines: Range<Int>) {
    self.source = source
    self.depths = depths
    self.lines = lines
  }

  var rows: Int { depths.count }
  var columns: Int { lines.count }

  /// The values, if they lie as fp32.
  var operand: Operand? {
    guard case .values(let operand) = source else { return nil }
    return operand.rows(depths).columns(lines)
  }

  func rows(_ range: Range<Int>) -> RightFactor { RightFactor(source, part(of: depths, range), lines) }

  func columns(_ range: Range<Int>) -> RightFactor { RightFactor(source, depths, part(of: lines, range)) }

  private func part(of whole: Range<Int>, _ range: Range<Int>) -> Range<Int> {
    assert(range.lowerBound >= 0 && range.upperBound <= whole.count)
    return whole.lowerBound + range.lowerBound..<whole.lowerBound + range.upperBound
  }

  /// Writes the part's panels of columns: (panels, words, the kernel's columns).
  func pack(into panels: UnsafeMutablePointer<Float>, words: Int, for kernel: ProductKernel) {
    switch source {
    case .values(let operand):
      kernel.packRight(operand.rows(depths).columns(lines), into: panels, words: words)
    case .weight(.rows(let matrix)):
      kernel.packRight(matrix.rows(lines).lines(depths), into: panels, words: words)
    case .weight(.repacked(let weight)):
      kernel.packRight(weight, lines, depths, into: panels, words: words)
    }
  }

  /// What memory the part is read from, as far as it is worth asking for before.
  var prefetchable: Matrix? { operand?.matrix }
}

extension EncodedMatrix {
  /// The matrix as fp32 values, if it is stored so and aligned. Nobody writes to it.
  var values: Matrix? {
    guard format == .fp32, Int(bitPattern: base) % MemoryLayout<Float>.alignment == 0 else { return nil }
    let start = UnsafeMutableRawPointer(mutating: base).assumingMemoryBound(to: Float.self)
    return Matrix(start, rows: rows, columns: columns)
  }

  /// Some columns of its rows, as a factor's lines.
  ///
  /// - Precondition: The format has no blocks.
  func lines(_ columns: Range<Int>) -> ck_lines {
    guard let type = format.valueType else {
      preconditionFailure("blocks are multiplied as they are repacked")
    }
    return ck_lines(
      base: base + columns.lowerBound * format.blockBytes, lines: rows, depth: columns.count,
      stride: rowBytes, type: type, adjacent: 0)
  }
}
