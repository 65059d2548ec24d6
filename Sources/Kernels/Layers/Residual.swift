/// x += y.
package enum Residual {
  package static func add(
    _ branch: Matrix,  // (R, C)
    to stream: Matrix  // (R, C)
  ) {
    precondition(branch.rows == stream.rows && branch.columns == stream.columns, "shapes disagree")
    for row in 0..<stream.rows {
      let target = stream.base + row * stream.stride
      Vectors.add(target, branch.base + row * branch.stride, into: target, count: stream.columns)
    }
  }
}
