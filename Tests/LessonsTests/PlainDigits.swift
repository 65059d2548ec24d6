import Foundation

@testable import GPT2Lessons

/// A `DigitNetwork` in plain double precision, to hold it against.
struct PlainDigits {
  let shape: DigitParameters.Shape
  /// W₁, b₁, W₂, b₂, as they lie in `DigitParameters`.
  var parameters: [Double]

  init(_ shape: DigitParameters.Shape, _ parameters: [Double]) {
    self.shape = shape
    self.parameters = parameters
  }

  /// - Parameter unit: A hidden unit that is switched off.
  func logits(_ x: [Double], without unit: Int? = nil) -> [Double] {
    let (inputs, hidden) = (shape.inputs, shape.hidden)
    let bias1 = hidden * inputs
    let weight2 = bias1 + hidden
    let bias2 = weight2 + shape.classes * hidden
    let h = (0..<hidden).map { j -> Double in
      let a = (0..<inputs).reduce(parameters[bias1 + j]) { $0 + parameters[j * inputs + $1] * x[$1] }
      let u = (2 / Double.pi).squareRoot() * (a + 0.044715 * a * a * a)
      return j == unit ? 0 : 0.5 * a * (1 + tanh(u))
    }
    return (0..<shape.classes).map { k in
      (0..<hidden).reduce(parameters[bias2 + k]) { $0 + parameters[weight2 + k * hidden + $1] * h[$1] }
    }
  }

  /// The mean cross-entropy, in nats.
  func loss(_ images: [(x: [Double], label: Int)]) -> Double {
    let losses = images.map { image -> Double in
      let z = logits(image.x)
      return log(z.reduce(0) { $0 + exp($1) }) - z[image.label]
    }
    return losses.reduce(0, +) / Double(images.count)
  }
}

extension DigitImages {
  /// Inputs and labels as `PlainDigits` takes them.
  func plain(_ indices: some Sequence<Int>) -> [(x: [Double], label: Int)] {
    indices.map { (self[$0].map { Double($0) / 255 }, Int(labels[$0])) }
  }
}
