@testable import GPT2Generation

/// A `TokenSampler` made for whatever vocabulary the first logits have.
struct Sampler {
  typealias Settings = SamplingOptions

  private let options: SamplingOptions
  private var sampler: TokenSampler?

  init(_ options: SamplingOptions) { self.options = options }

  mutating func sample(_ logits: UnsafeBufferPointer<Float>) throws -> Int {
    if sampler?.vocabularySize != logits.count {
      sampler = try TokenSampler(options, vocabularySize: logits.count)
    }
    return try sampler?.sample(logits).token ?? -1
  }
}
