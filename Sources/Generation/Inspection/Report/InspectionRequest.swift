import GPT2Tokens
import GPT2Transformer

/// What somebody wants to see of a model while it reads a text. What is not asked for is neither computed nor reported.
///
/// As JSON, whose members are named as here but in snake_case; all but a text or its tokens may be left out:
///
///     {"text": "The king is", "ablation": {"neurons": [{"layer": 3, "neuron": 17}], "heads": [{"layer": 2, "head": 1}]},
///      "scores": {"top": 5}, "next": {"top": 10, "token": 262}, "lens": {"positions": [2], "top": 5},
///      "attention": [{"layer": 3, "heads": [0, 1]}], "neurons": [{"layer": 5, "position": 2, "top": 10, "tokens": 5}],
///      "states": [{"blocks": 12, "positions": [2], "normalised": true}], "embedding": "mean"}
///
/// Layers, heads, neurons and positions count from 0.
public struct InspectionRequest: Equatable, Sendable, Codable {
  /// The text; an empty one is the end-of-text token, which begins a document. Either this or `tokens`.
  public var text: String?
  /// The text as token ids.
  public var tokens: [Int]?
  /// Whether special tokens in the text are meant as such; as the tokenizer has it if not given.
  public var parseSpecialTokens: Bool?
  /// What is switched off while the model reads.
  public var ablation: Ablation?
  /// How likely each token is; not asked for if `nil`.
  public var scores: Scores?
  /// What may come after the text; not asked for if `nil`.
  public var next: Next?
  /// What the model would say behind each block; not asked for if `nil`.
  public var lens: Lens?
  /// Where heads look, by layer.
  public var attention: [Attention] = []
  /// What neurons do, by layer and position.
  public var neurons: [Neurons] = []
  /// The residual stream, by blocks.
  public var states: [States] = []
  /// A vector for the whole text: the mean of its tokens' last states, or the last token's.
  public var embedding: Pooling?

  /// Asks nothing yet of a text.
  public init(text: String) { self.text = text }
  /// Asks nothing yet of a text as tokens.
  public init(tokens: [Int]) { self.tokens = tokens }

  /// How likely each token of the text is.
  public struct Scores: Equatable, Sendable, Codable {
    /// How many of the likeliest tokens to list beside each, up to 1,000.
    public var top = 0

    /// Asks for scores.
    public init(top: Int = 0) { self.top = top }
  }

  /// What may come after the text.
  public struct Next: Equatable, Sendable, Codable {
    /// How many of the likeliest tokens to list, up to 1,000.
    public var top = 10
    /// A token to look for besides.
    public var token: Int?

    /// Asks for what may come next.
    public init(top: Int = 10, token: Int? = nil) {
      self.top = top
      self.token = token
    }
  }

  /// The logit lens: what the model would say behind each block.
  public struct Lens: Equatable, Sendable, Codable {
    /// Up to 64; the last if not given.
    public var positions: [Int]?
    /// How many of the likeliest tokens to list, up to 1,000.
    public var top = 5
    /// The token to look for; the one that comes next in the text if not given.
    public var token: Int?

    /// Asks for the lens.
    public init(positions: [Int]? = nil, top: Int = 5, token: Int? = nil) {
      self.positions = positions
      self.top = top
      self.token = token
    }
  }

  /// Where heads look.
  public struct Attention: Equatable, Sendable, Codable {
    /// The layer, from 0.
    public var layer: Int
    /// All of the layer's if not given.
    public var heads: [Int]?

    /// Asks for a layer's heads.
    public init(layer: Int, heads: [Int]? = nil) {
      self.layer = layer
      self.heads = heads
    }
  }

  /// The neurons of a layer.
  public struct Neurons: Equatable, Sendable, Codable {
    /// The layer, from 0.
    public var layer: Int
    /// The last if not given.
    public var position: Int?
    /// How many of the most active to list, up to 1,000.
    public var top = 10
    /// These instead of the most active, up to 1,000.
    public var neurons: [Int]?
    /// How many tokens to list that each pushes up, and down, up to 1,000.
    public var tokens = 5
    /// Whether to give the values of all.
    public var activations = false

    /// Asks for a layer's neurons.
    public init(
      layer: Int, position: Int? = nil, top: Int = 10, neurons: [Int]? = nil, tokens: Int = 5,
      activations: Bool = false
    ) {
      self.layer = layer
      self.position = position
      self.top = top
      self.neurons = neurons
      self.tokens = tokens
      self.activations = activations
    }
  }

  /// The residual stream.
  public struct States: Equatable, Sendable, Codable {
    /// Behind how many blocks: 0 for the embedding, to L.
    public var blocks: Int
    /// The last if not given.
    public var positions: [Int]?
    /// Whether through the last layer norm.
    public var normalised = false

    /// Asks for states.
    public init(blocks: Int, positions: [Int]? = nil, normalised: Bool = false) {
      self.blocks = blocks
      self.positions = positions
      self.normalised = normalised
    }
  }
}
