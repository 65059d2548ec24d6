import GPT2Transformer

/// Neurons and heads of a model that are switched off, to see what they were good for.
///
/// A neuron is one of the H values between the two linear layers of a feed-forward part, behind the activation; off, it
/// is 0, and adds nothing to the residual stream. A head that is off adds nothing either: its part of what attention
/// hands to the projection is 0, as if the weights that it is multiplied by there were. One that was 0 anyway changes no
/// bit. (Zero ablation, as in Michel, Levy and Neubig 2019, arXiv:1905.10650.)
///
/// It is an option of one sequence: others in the same pass know nothing of it.
public struct Ablation: Equatable, Sendable {
  /// A neuron of a feed-forward part.
  public struct Neuron: Hashable, Sendable, Codable {
    /// From 0.
    public let layer: Int
    /// 0..<H
    public let neuron: Int

    /// A neuron, by where it is.
    public init(layer: Int, neuron: Int) {
      self.layer = layer
      self.neuron = neuron
    }
  }

  /// A head of attention.
  public struct Head: Hashable, Sendable, Codable {
    /// From 0.
    public let layer: Int
    /// 0..<NH
    public let head: Int

    /// A head, by where it is.
    public init(layer: Int, head: Int) {
      self.layer = layer
      self.head = head
    }
  }

  /// By layer and number, each once.
  public let neurons: [Neuron]
  /// By layer and number, each once.
  public let heads: [Head]

  /// What a pass asks for in each layer.
  private let neuronsOfLayers: [Int: [Int]]
  private let headsOfLayers: [Int: [Int]]

  /// - Parameters:
  ///   - neurons: In any order; one that is there twice counts once.
  ///   - heads: Likewise.
  public init(neurons: [Neuron] = [], heads: [Head] = []) {
    self.neurons = Set(neurons).sorted { ($0.layer, $0.neuron) < ($1.layer, $1.neuron) }
    self.heads = Set(heads).sorted { ($0.layer, $0.head) < ($1.layer, $1.head) }
    neuronsOfLayers = Dictionary(grouping: self.neurons, by: \.layer).mapValues { $0.map(\.neuron) }
    headsOfLayers = Dictionary(grouping: self.heads, by: \.layer).mapValues { $0.map(\.head) }
  }

  /// Whether nothing is switched off.
  public var isEmpty: Bool { neurons.isEmpty && heads.isEmpty }

  func neurons(of layer: Int) -> [Int] { neuronsOfLayers[layer] ?? [] }
  func heads(of layer: Int) -> [Int] { headsOfLayers[layer] ?? [] }

  /// - Throws: `AblationError` for the first neuron or head that the model does not have.
  public func check(for configuration: Configuration) throws(AblationError) {
    for neuron in neurons {
      guard (0..<configuration.layers).contains(neuron.layer) else {
        throw .layerOutOfRange(found: neuron.layer, layers: configuration.layers)
      }
      guard (0..<configuration.hiddenChannels).contains(neuron.neuron) else {
        throw .neuronOutOfRange(found: neuron.neuron, neurons: configuration.hiddenChannels)
      }
    }
    for head in heads {
      guard (0..<configuration.layers).contains(head.layer) else {
        throw .layerOutOfRange(found: head.layer, layers: configuration.layers)
      }
      guard (0..<configuration.heads).contains(head.head) else {
        throw .headOutOfRange(found: head.head, heads: configuration.heads)
      }
    }
  }
}
