/// The product of a, (rows, depth), and the transposed of b, (columns, depth), in double precision: for each value the sum
/// over the depth, from its beginning.
///
/// Tests without optimisation wait for such products more than for anything else, so these are plain loops over memory.
package func doubleProduct(
  _ a: [Double], _ b: [Double], rows: Int, columns: Int, depth: Int
) -> [Double] {
  precondition(a.count == rows * depth && b.count == columns * depth, "shapes disagree")
  return [Double](unsafeUninitializedCapacity: rows * columns) { values, count in
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        var (row, place) = (0, 0)
        while row < rows {
          var column = 0
          while column < columns {
            var (sum, k) = (0.0, 0)
            while k < depth {
              sum += a[row * depth + k] * b[column * depth + k]
              k += 1
            }
            values[place] = sum
            place += 1
            column += 1
          }
          row += 1
        }
      }
    }
    count = rows * columns
  }
}
