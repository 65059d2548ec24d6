/// llm.c's descriptors of model sizes: "d12" is GPT-2 124M, "d48" is GPT-2 1558M.
public struct ModelSize: Equatable, Sendable {
  /// L
  public let layers: Int
  /// NH
  public let heads: Int
  /// C
  public let channels: Int

  /// Sizes above d12, as llm.c's `gpt2_set_hyperparameters` has them. A new size is one line here.
  private static let table: [Int: (channels: Int, heads: Int)] = [
    24: (1024, 16),  // gpt2-medium, 350M
    36: (1280, 20),  // gpt2-large, 774M
    48: (1600, 25),  // gpt2-xl, 1558M
    60: (1920, 30),  // 2.7B
    72: (2880, 30),  // 7.3B
    84: (3456, 36),  // 12.2B
  ]

  /// Up to d12 a layer brings 64 channels and one head; llm.c has d6 and d12 of these.
  private static let smallDepths = 1...12

  /// What `init(descriptor:)` accepts, for help and error messages.
  public static var descriptors: String {
    let larger = table.keys.sorted().map { "d\($0)" }.joined(separator: ", ")
    return "d\(smallDepths.lowerBound) to d\(smallDepths.upperBound), \(larger)"
  }

  /// - Parameter descriptor: "d12", or "gpt2:d12" as newer llm.c scripts write it.
  /// - Returns: `nil` for anything else, and for depths that llm.c has no size for.
  public init?(descriptor: String) {
    let prefix = "gpt2:"
    let short = descriptor.hasPrefix(prefix) ? descriptor.dropFirst(prefix.count) : descriptor[...]
    guard short.first == "d", let depth = Int(short.dropFirst()), short == "d\(depth)" else { return nil }
    layers = depth
    if Self.smallDepths.contains(depth) {
      (channels, heads) = (64 * depth, depth)
    } else if let size = Self.table[depth] {
      (channels, heads) = size
    } else {
      return nil
    }
  }

  /// A configuration of this size.
  ///
  /// - Throws: `ConfigurationError` if V or maxT is out of range.
  public func configuration(
    vocabularySize: Int, maximumSequenceLength: Int
  ) throws(ConfigurationError) -> Configuration {
    try Configuration(
      maximumSequenceLength: maximumSequenceLength, vocabularySize: vocabularySize,
      layers: layers, heads: heads, channels: channels)
  }
}
