import GPT2Kernels

/// The largest of every 2 × 2 values of a map, plus the map's bias, and 0 where that is negative (ReLU).
///
///     A[b, (m, p, q)] = max(0, βₘ + max over i, j < 2 of Y[m, (b, 2p + i, 2q + j)])
///
/// ReLU and the bias come after the largest is found, for a quarter of the values: both keep the order of values, so the
/// largest is the same one.
enum MaxPooling {
  /// Writes what is kept.
  static func forward(
    _ maps: Matrix,  // (M, B·H'·W')
    bias: Matrix,  // (1, M)
    _ shape: ConvolutionShape,
    into output: Matrix,  // (B, M·P·Q)
    on workers: Workers
  ) {
    check(maps, bias, shape, output)
    forEachRow(maps, shape, output, on: workers) { map, _, pooled, top, bottom in
      let bias = bias.base[map]
      for column in 0..<shape.pooledColumns {
        let left = 2 * column
        let value = max(max(top[left], top[left + 1]), max(bottom[left], bottom[left + 1])) + bias
        pooled[column] = value < 0 ? 0 : value
      }
    }
  }

  /// Turns the maps into their gradient, and writes that of the biases: where a value was kept, it gets the output's
  /// gradient, unless ReLU made it 0; all others get nothing. Of equals the first in reading order was kept.
  static func backward(
    outputGradient: Matrix,  // (B, M·P·Q)
    output: Matrix,  // (B, M·P·Q), of `forward`
    _ shape: ConvolutionShape,
    maps: Matrix,  // (M, B·H'·W')
    biasGradient: Matrix,  // (1, M)
    on workers: Workers
  ) {
    check(maps, biasGradient, shape, output)
    precondition(outputGradient.rows == output.rows && outputGradient.columns == output.columns)
    biasGradient.base.update(repeating: 0, count: shape.maps)
    forEachRow(maps, shape, output, on: workers) { map, image, pooled, top, bottom in
      let place = pooled - (output.base + image * output.stride)
      let gradients = outputGradient.base + image * outputGradient.stride + place
      var sum: Float = 0
      for column in 0..<shape.pooledColumns {
        let gradient = pooled[column] > 0 ? gradients[column] : 0
        sum += gradient
        let left = 2 * column
        let (a, b, c, d) = (top[left], top[left + 1], bottom[left], bottom[left + 1])
        let (upper, lower) = (max(a, b), max(c, d))
        let isUpper = upper >= lower
        top[left] = isUpper && a >= b ? gradient : 0
        top[left + 1] = isUpper && a < b ? gradient : 0
        bottom[left] = !isUpper && c >= d ? gradient : 0
        bottom[left + 1] = !isUpper && c < d ? gradient : 0
      }
      biasGradient.base[map] += sum
    }
    clearRests(of: maps, shape, images: output.rows, on: workers)
  }

  /// Calls `body` with each row of each map of the output, and the two rows of the input that it comes from.
  ///
  /// A part is a map: nobody else writes its rows, nor its bias.
  private static func forEachRow(
    _ maps: Matrix, _ shape: ConvolutionShape, _ output: Matrix, on workers: Workers,
    _ body: (
      _ map: Int, _ image: Int, _ pooled: UnsafeMutablePointer<Float>, _ top: UnsafeMutablePointer<Float>,
      _ bottom: UnsafeMutablePointer<Float>
    ) -> Void
  ) {
    workers.run(parts: shape.maps) { map in
      for image in 0..<output.rows {
        let values = maps.base + map * maps.stride + image * shape.places
        let pooled = output.base + image * output.stride + map * shape.pooledRows * shape.pooledColumns
        for row in 0..<shape.pooledRows {
          let top = values + 2 * row * shape.mapColumns
          body(map, image, pooled + row * shape.pooledColumns, top, top + shape.mapColumns)
        }
      }
    }
  }

  /// Zeros in the last row and column of each map where they are odd ones, which no value of the output comes from.
  private static func clearRests(of maps: Matrix, _ shape: ConvolutionShape, images: Int, on workers: Workers)
  {
    let (rows, columns) = (shape.mapRows, shape.mapColumns)
    guard rows % 2 == 1 || columns % 2 == 1 else { return }
    workers.run(parts: shape.maps) { map in
      for image in 0..<images {
        let values = maps.base + map * maps.stride + image * shape.places
        if rows % 2 == 1 { (values + (rows - 1) * columns).update(repeating: 0, count: columns) }
        if columns % 2 == 1 { for row in 0..<rows { values[(row + 1) * columns - 1] = 0 } }
      }
    }
  }

  private static func check(_ maps: Matrix, _ bias: Matrix, _ shape: ConvolutionShape, _ output: Matrix) {
    precondition(maps.rows == shape.maps && maps.columns == output.rows * shape.places, "shapes disagree")
    precondition(output.columns == shape.outputs && bias.count == shape.maps, "shapes disagree")
  }
}
