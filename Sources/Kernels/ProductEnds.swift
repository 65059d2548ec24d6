/// What is done to a product besides writing it, while it is in the cache.
struct ProductEnds {
  var scale: Float = 1
  /// Added to c: c itself, when products accumulate, or a residual.
  var addend: Matrix?  // (rows, columns)
  var bias: Matrix?  // (1, columns)
  /// Where GELU of c goes.
  var activated: Matrix?  // (rows, columns)
  /// c is multiplied by GELU' of this.
  var inactivated: Matrix?  // (rows, columns)

  func checkShapes(_ c: Matrix) {
    for matrix in [addend, activated, inactivated] {
      precondition(matrix.map { $0.rows == c.rows && $0.columns == c.columns } ?? true, "shapes disagree")
    }
    precondition(bias.map { $0.rows == 1 && $0.columns == c.columns } ?? true, "shapes disagree")
  }

  /// What the ends have for a block of c.
  func block(_ rows: Range<Int>, _ columns: Range<Int>) -> ProductEnds {
    ProductEnds(
      scale: scale, addend: addend?.rows(rows).columns(columns), bias: bias?.columns(columns),
      activated: activated?.rows(rows).columns(columns), inactivated: inactivated?.rows(rows).columns(columns)
    )
  }

  func rows(_ range: Range<Int>) -> ProductEnds {
    ProductEnds(
      scale: scale, addend: addend?.rows(range), bias: bias, activated: activated?.rows(range),
      inactivated: inactivated?.rows(range))
  }

  /// All of the ends, where c holds the product alone.
  func complete(_ c: Matrix) {
    for row in 0..<c.rows {
      let target = c.base + row * c.stride
      if scale != 1 { Vectors.scale(target, by: scale, count: c.columns) }
      if let bias { Vectors.add(target, bias.base, into: target, count: c.columns) }
      if let addend { Vectors.add(target, addend.base + row * addend.stride, into: target, count: c.columns) }
    }
    finish(c)
  }

  /// What follows the last addition to c.
  func finish(_ c: Matrix) {
    if let activated { GELU.forwardSerially(c, into: activated) }
    if let inactivated { GELU.backwardSerially(input: inactivated, gradient: c) }
  }
}
