import GPT2Kernels
import GPT2RandomNumbers

extension Parameters {
  /// What llm.c seeds its initialisation with.
  package static let initialisationSeed: UInt32 = 42

  /// GPT-2's random start, number for number llm.c's `gpt_build_from_descriptor` and so PyTorch's.
  ///
  /// Weights are drawn from N(0, 0.02²), projections into the residual stream from N(0, 0.02² / 2L), norm
  /// weights are 1 and biases 0. Tensors are drawn in the order in which PyTorch builds the modules: the
  /// embeddings (only the V real rows of wte), then layer by layer.
  ///
  /// - Parameter zeroingProjections: Whether projections into the residual stream are 0 instead, all else being drawn as
  ///   it is without: every block then begins as the identity (Goyal et al. 2017, arXiv:1706.02677, section 5.1).
  /// - Throws: `AllocationError` if the memory is not to be had.
  package convenience init(
    random configuration: Configuration, seed: UInt32 = initialisationSeed, zeroingProjections: Bool = false
  ) throws(AllocationError) {
    try self.init(zeroed: configuration)
    var generator = MersenneTwister(seed: seed)
    for tensor in ParameterTensor.allCases where tensor.role == .normWeight {
      values(of: tensor).update(repeating: 1)
    }
    draw(self[.wte].rows(0..<configuration.vocabularySize), of: .wte, from: &generator)
    draw(self[.wpe], of: .wpe, from: &generator)
    for layer in 0..<configuration.layers {
      for tensor in ParameterTensor.allCases where tensor.isPerLayer && tensor.isMatrix {
        draw(self[tensor, layer], of: tensor, from: &generator)
      }
    }
    guard zeroingProjections else { return }
    for tensor in ParameterTensor.allCases where tensor.role == .residualProjection {
      values(of: tensor).update(repeating: 0)
    }
  }

  private func draw(_ matrix: Matrix, of tensor: ParameterTensor, from generator: inout MersenneTwister) {
    let deviation: Float = 0.02
    let isResidual = tensor.role == .residualProjection
    let scale = isResidual ? 1 / (2 * Float(configuration.layers)).squareRoot() : 1
    generator.fillNormal(
      UnsafeMutableBufferPointer(start: matrix.base, count: matrix.count),
      mean: 0, standardDeviation: deviation * scale)
  }
}
