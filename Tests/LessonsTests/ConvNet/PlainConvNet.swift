import Foundation

@testable import GPT2Lessons

/// A `ConvNet`'s layers in plain double precision, pixel by pixel as they are defined, to hold it against.
enum PlainConvNet {
  /// - Parameters:
  ///   - input: (C, H, W)
  ///   - weight: (M, C, K, K)
  /// - Returns: (M, P, Q)
  static func layer(
    _ input: [Double], _ weight: some RandomAccessCollection<Double>,
    _ bias: some RandomAccessCollection<Double>,
    _ shape: ConvolutionShape
  ) -> [Double] {
    let (weight, bias) = (Array(weight), Array(bias))
    func convolved(_ map: Int, _ y: Int, _ x: Int) -> Double {
      var sum = bias[map]
      for channel in 0..<shape.channels {
        for i in 0..<shape.kernel {
          for j in 0..<shape.kernel {
            sum +=
              weight[((map * shape.channels + channel) * shape.kernel + i) * shape.kernel + j]
              * input[(channel * shape.rows + y + i) * shape.columns + x + j]
          }
        }
      }
      return sum
    }
    return (0..<shape.maps).flatMap { map in
      (0..<shape.pooledRows).flatMap { row in
        (0..<shape.pooledColumns).map { column in
          let four = [(0, 0), (0, 1), (1, 0), (1, 1)].map {
            convolved(map, 2 * row + $0.0, 2 * column + $0.1)
          }
          return max(0, four.max() ?? 0)
        }
      }
    }
  }

  static func linear(_ input: [Double], _ weight: ArraySlice<Double>, _ bias: ArraySlice<Double>) -> [Double]
  {
    bias.enumerated().map { unit, bias in
      let row = weight.dropFirst(unit * input.count).prefix(input.count)
      return bias + zip(row, input).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }

  /// - Parameter parameters: As they lie in `ConvNetParameters`.
  /// - Returns: The hidden layer's values, and the logits.
  static func pass(_ image: [Double], _ shape: ConvNetShape, _ parameters: [Double]) -> (
    hidden: [Double], logits: [Double]
  ) {
    var rest = parameters[...]
    func next(_ count: Int) -> ArraySlice<Double> {
      defer { rest = rest.dropFirst(count) }
      return rest.prefix(count)
    }
    let (first, second) = (shape.first, shape.second)
    let a1 = layer(image, next(first.maps * first.patch), next(first.maps), first)
    let a2 = layer(a1, next(second.maps * second.patch), next(second.maps), second)
    let hidden = linear(a2, next(shape.hidden * second.outputs), next(shape.hidden)).map { max(0, $0) }
    return (hidden, linear(hidden, next(shape.classes * shape.hidden), next(shape.classes)))
  }

  /// The mean cross-entropy, in nats.
  static func loss(
    _ images: [(x: [Double], label: Int)], _ shape: ConvNetShape, _ parameters: [Double]
  ) -> Double {
    let losses = images.map { image -> Double in
      let z = pass(image.x, shape, parameters).logits
      return log(z.reduce(0) { $0 + exp($1) }) - z[image.label]
    }
    return losses.reduce(0, +) / Double(images.count)
  }
}
