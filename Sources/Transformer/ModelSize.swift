/// Names of model sizes, llm.c's: "d12" is GPT-2 124M, "d48" is GPT-2 1558M, "gpt3:c768" is GPT-3 125M; or one's own,
/// as layers, heads and channels: "4x4x128".
package struct ModelSize: Equatable, Sendable {
  /// L
  package let layers: Int
  /// NH
  package let heads: Int
  /// C
  package let channels: Int
  /// maxT, unless another is asked for.
  package let positions: Int

  /// Tokens of GPT-2's tokenizer, which GPT-3 has, too.
  package static let vocabularySize = 50257

  /// Sizes above d12, as llm.c's `gpt2_set_hyperparameters` has them. A new size is one line here.
  private static let table: [Int: (channels: Int, heads: Int)] = [
    24: (1024, 16),  // gpt2-medium, 350M
    36: (1280, 20),  // gpt2-large, 774M
    48: (1600, 25),  // gpt2-xl, 1558M
    60: (1920, 30),  // 2.7B
    72: (2880, 30),  // 7.3B
    84: (3456, 36),  // 12.2B
  ]

  /// Sizes of GPT-3 by their channels, as llm.c's `gpt3_set_hyperparameters` has them.
  private static let gpt3Table: [Int: (layers: Int, headSize: Int)] = [
    384: (6, 64),  // 31M
    768: (12, 64),  // small, 125M
    1024: (24, 64),  // medium, 350M
    1536: (24, 96),  // large, 760M
    2048: (24, 128),  // xl, 1.3B
    2560: (32, 80),  // 2.7B
    4096: (32, 128),  // 6.7B
    12288: (96, 128),  // 175B
  ]

  /// Up to d12 a layer brings 64 channels and one head; llm.c has d6 and d12 of these.
  private static let smallDepths = 1...12

  /// What `init(descriptor:)` accepts, for help and error messages.
  package static var descriptors: String {
    let larger = table.keys.sorted().map { "d\($0)" }.joined(separator: ", ")
    let gpt3 = gpt3Table.keys.sorted().map { "gpt3:c\($0)" }.joined(separator: ", ")
    return "d\(smallDepths.lowerBound) to d\(smallDepths.upperBound), \(larger), \(gpt3), "
      + "or LAYERSxHEADSxCHANNELS"
  }

  /// - Parameter descriptor: "d12", "gpt2:d12", "gpt3:c768" or "4x4x128".
  /// - Returns: `nil` for anything else, and for names of llm.c's kind that it has no size for.
  package init?(descriptor: String) {
    if let channels = Self.number(in: descriptor, after: "gpt3:c") {
      self.init(gpt3Channels: channels)
    } else if let depth = Self.number(in: descriptor, after: "gpt2:d")
      ?? Self.number(in: descriptor, after: "d")
    {
      self.init(depth: depth)
    } else {
      self.init(extents: descriptor)
    }
  }

  /// Whether channels divide into heads is for `configuration` to say.
  private init?(extents: String) {
    let numbers = extents.split(separator: "x", omittingEmptySubsequences: false)
      .compactMap { Self.number(in: String($0), after: "") }
    guard numbers.count == 3, numbers.map(String.init).joined(separator: "x") == extents,
      numbers.allSatisfy({ $0 > 0 })
    else { return nil }
    (layers, heads, channels) = (numbers[0], numbers[1], numbers[2])
    positions = 1024
  }

  private init?(depth: Int) {
    layers = depth
    positions = 1024
    if Self.smallDepths.contains(depth) {
      (channels, heads) = (64 * depth, depth)
    } else if let size = Self.table[depth] {
      (channels, heads) = size
    } else {
      return nil
    }
  }

  private init?(gpt3Channels: Int) {
    guard let size = Self.gpt3Table[gpt3Channels] else { return nil }
    layers = size.layers
    channels = gpt3Channels
    heads = gpt3Channels / size.headSize
    positions = 2048
  }

  /// A number as one would write it: no sign, no zero before it.
  private static func number(in text: String, after prefix: String) -> Int? {
    guard text.hasPrefix(prefix), let number = Int(text.dropFirst(prefix.count)) else { return nil }
    return text == prefix + String(number) ? number : nil
  }

  /// A configuration of this size.
  ///
  /// - Parameter maximumSequenceLength: `positions` if not given.
  /// - Throws: `ConfigurationError` if V or maxT is out of range.
  package func configuration(
    vocabularySize: Int, maximumSequenceLength: Int? = nil
  ) throws(ConfigurationError) -> Configuration {
    try Configuration(
      maximumSequenceLength: maximumSequenceLength ?? positions, vocabularySize: vocabularySize,
      layers: layers, heads: heads, channels: channels)
  }
}
