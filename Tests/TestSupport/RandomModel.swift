import GPT2Transformer

extension Parameters {
  /// Every value drawn evenly from −scale…scale, so that no tensor is at its starting value.
  package static func random(_ configuration: Configuration, scale: Float = 0.3, seed: UInt64) throws
    -> Parameters
  {
    let parameters = try Parameters(zeroed: configuration)
    var random = SeededRandom(seed: seed)
    for index in parameters.values.indices {
      parameters.values[index] = Float.random(in: -scale...scale, using: &random)
    }
    return parameters
  }
}
