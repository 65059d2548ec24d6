import GPT2Kernels
import GPT2Transformer

/// What the layers of a `ConvNet` make of one image.
struct ConvNetActivations {
  /// (M₁, H'·W') and (M₂, H'·W'): each kernel's map before pooling, with its bias, through ReLU.
  let first: [[Float]]
  let second: [[Float]]

  /// - Throws: `AllocationError` if the memory is not to be had.
  init(of image: Int, in images: DigitImages, by network: ConvNet) throws(AllocationError) {
    let batch = try network.batch(of: 1)
    batch.fill(from: images, CollectionOfOne(image))
    network.forward(batch)
    func maps(_ memory: ConvolutionLayer.Memory, _ biases: [Float]) -> [[Float]] {
      biases.enumerated().map { map, bias in memory.maps[map].map { max(0, $0 + bias) } }
    }
    first = maps(batch.first, Array(network.parameters.bias1.flat))
    second = maps(batch.second, Array(network.parameters.bias2.flat))
  }
}
