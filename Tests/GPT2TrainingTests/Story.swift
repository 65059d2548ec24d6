import GPT2Training

/// A text, and a model that is too small for it.
enum Story {
  static let text = String(
    repeating: "To be, or not to be, that is the question:\nWhether 'tis nobler in the mind\n", count: 12)

  static func model() throws -> StartingModel { try StartingModel(size: "1x2x16", positions: 32) }
}
