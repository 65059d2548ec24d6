import GPT2Kernels
import GPT2WeightFormats

/// The values of a stored matrix, row after row.
package func decoded(_ matrix: EncodedMatrix) -> [Float] {
  var values = [Float](repeating: .nan, count: matrix.rows * matrix.columns)
  matrix.format.decode(matrix.base, count: values.count, into: &values)
  return values
}
