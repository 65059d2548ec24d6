/// The sizes of a layer that convolves images with square kernels, and then keeps the largest of every 2 × 2 values.
package struct ConvolutionShape: Equatable, Sendable {
  /// C, of the layer's input: 1 for grey images.
  package let channels: Int
  /// H and W, of the input.
  package let rows: Int
  package let columns: Int
  /// M: as many kernels, and so channels of the output.
  package let maps: Int
  /// K: a kernel covers K × K pixels of every channel.
  package let kernel: Int

  /// - Returns: `nil` if the images are too small for one value of the output.
  init?(channels: Int, rows: Int, columns: Int, maps: Int, kernel: Int) {
    guard channels > 0, maps > 0, kernel > 0, min(rows, columns) > kernel else { return nil }
    (self.channels, self.rows, self.columns) = (channels, rows, columns)
    (self.maps, self.kernel) = (maps, kernel)
  }

  /// H' and W', where a kernel fits: H − K + 1 and W − K + 1.
  var mapRows: Int { rows - kernel + 1 }
  var mapColumns: Int { columns - kernel + 1 }
  /// P and Q, after pooling: half as many; an odd row or column at the end is left out.
  var pooledRows: Int { mapRows / 2 }
  var pooledColumns: Int { mapColumns / 2 }

  /// C·K·K, what a kernel reads at one place.
  var patch: Int { channels * kernel * kernel }
  /// H'·W'
  var places: Int { mapRows * mapColumns }
  /// C·H·W
  var inputs: Int { channels * rows * columns }
  /// M·P·Q
  var outputs: Int { maps * pooledRows * pooledColumns }
}
