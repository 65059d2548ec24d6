/// y = f·x, element by element.
package enum Scaling {
  private static let partValues = 1 << 15

  /// Multiplies in place.
  package static func scale(
    _ values: Matrix,  // (R, C)
    by factor: Float, on workers: Workers
  ) {
    workers.run(over: values.rows, inRangesOf: values.rowsPerPart(ofValues: partValues)) { rows in
      for row in rows {
        let start = values.base + row * values.stride
        for column in 0..<values.columns { start[column] *= factor }
      }
    }
  }
}
