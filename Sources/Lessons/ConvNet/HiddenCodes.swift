import GPT2Kernels
import GPT2Transformer

/// What the last hidden layer of a network makes of images: a code in which images that mean the same are near each other
/// (Krizhevsky, Sutskever and Hinton 2012, section 6.1).
struct HiddenCodes {
  /// H
  let width: Int
  /// (images, H)
  let values: [Float]

  /// - Throws: `AllocationError` if the memory is not to be had.
  init(of images: DigitImages, by network: ConvNet) throws(AllocationError) {
    var values: [Float] = []
    values.reserveCapacity(images.count * network.shape.hidden)
    try network.forEachBatch(of: images) { batch, _ in values += batch.hidden.flat }
    width = network.shape.hidden
    self.values = values
  }

  subscript(image: Int) -> ArraySlice<Float> { values[image * width..<(image + 1) * width] }

  /// The images whose codes have the smallest Euclidean distance from a code, the nearest first.
  func nearest(to code: ArraySlice<Float>, _ count: Int) -> [Int] {
    precondition(code.count == width, "a code of another width")
    let distances = code.withUnsafeBufferPointer { code in
      values.withUnsafeBufferPointer { values in
        stride(from: 0, to: values.count, by: width).map { start in
          var sum: Float = 0
          for unit in 0..<width {
            let difference = values[start + unit] - code[unit]
            sum += difference * difference
          }
          return sum
        }
      }
    }
    let limit = distances.sorted().prefix(count).last ?? 0
    // Of equals the first, and no more than are asked for.
    let near = distances.indices.filter { distances[$0] <= limit }
    return Array(near.sorted { (distances[$0], $0) < (distances[$1], $1) }.prefix(count))
  }
}
