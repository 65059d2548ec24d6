import GPT2Kernels

/// What each kernel reads at each place, as the columns of a matrix: a convolution is then a product ("im2col", Chellapilla,
/// Puri and Simard 2006).
///
///     P[(c, i, j), (b, y, x)] = X[b, (c, y + i, x + j)]
///
/// and back, where each pixel gets the gradients of all patches that it is in:
///
///     dX[b, (c, u, v)] = Σ over i, j of dP[(c, i, j), (b, u − i, v − j)], as far as that is a place
enum Patches {
  /// Writes the patches of a batch.
  static func gather(
    _ images: Matrix,  // (B, C·H·W)
    _ shape: ConvolutionShape,
    into patches: Matrix,  // (C·K·K, B·H'·W')
    on workers: Workers
  ) {
    check(images, shape, patches)
    // A part writes rows of its own.
    workers.run(parts: shape.patch) { part in
      var target = patches.base + part * patches.stride
      for image in 0..<images.rows {
        var source = images.base + image * images.stride + shape.offset(of: part)
        for _ in 0..<shape.mapRows {
          target.update(from: source, count: shape.mapColumns)
          target += shape.mapColumns
          source += shape.columns
        }
      }
    }
  }

  /// Writes the images' gradient from that of their patches.
  static func scatter(
    _ patches: Matrix,  // (C·K·K, B·H'·W')
    _ shape: ConvolutionShape,
    into images: Matrix,  // (B, C·H·W)
    on workers: Workers
  ) {
    check(images, shape, patches)
    // A part is an image, and adds to its pixels in one order.
    workers.run(parts: images.rows) { image in
      let pixels = images.base + image * images.stride
      pixels.update(repeating: 0, count: shape.inputs)
      for row in 0..<shape.patch {
        var source = patches.base + row * patches.stride + image * shape.places
        var target = pixels + shape.offset(of: row)
        for _ in 0..<shape.mapRows {
          for column in 0..<shape.mapColumns { target[column] += source[column] }
          source += shape.mapColumns
          target += shape.columns
        }
      }
    }
  }

  private static func check(_ images: Matrix, _ shape: ConvolutionShape, _ patches: Matrix) {
    precondition(images.columns == shape.inputs && patches.rows == shape.patch, "shapes disagree")
    precondition(patches.columns == images.rows * shape.places, "shapes disagree")
  }
}

extension ConvolutionShape {
  /// Where in an image the first of the pixels is that a row (c, i, j) of the patches holds.
  fileprivate func offset(of row: Int) -> Int {
    let (channel, place) = row.quotientAndRemainder(dividingBy: kernel * kernel)
    return (channel * rows + place / kernel) * columns + place % kernel
  }
}
