import GPT2BinaryFiles

/// What an `InspectionRequest` asked to see, and nothing else.
///
/// As JSON its members are named as here but in snake_case; what was not asked for is left out. Numbers that JSON does not
/// have are the strings "NaN", "Infinity" and "-Infinity"; only a damaged model's are.
public struct InspectionReport: Equatable, Sendable, Codable {
  /// The model's numbers.
  public var model: Shape
  /// The text.
  public var tokens: [Token]
  /// Of each token but the first: position, log_probability, rank and likeliest.
  public var scores: [Token]?
  /// What may come after the text.
  public var next: Next?
  /// What the model would say behind each block.
  public var lens: [Lens]?
  /// Where heads look.
  public var attention: [Attention]?
  /// What neurons do.
  public var neurons: [Neurons]?
  /// The residual stream.
  public var states: [State]?
  /// A vector for the whole text.
  public var embedding: Embedding?

  /// The model's sizes.
  public struct Shape: Equatable, Sendable, Codable {
    /// L
    public var layers: Int
    /// NH
    public var heads: Int
    /// C
    public var channels: Int
    /// Of each layer.
    public var neurons: Int
    /// Tokens that the model may say.
    public var vocabularySize: Int
    /// The most tokens that a text may have.
    public var positions: Int

    enum CodingKeys: String, CodingKey {
      case layers, heads, channels, neurons, positions
      case vocabularySize = "vocabulary_size"
    }
  }

  /// A token, and what there is to say of it in its place.
  public struct Token: Equatable, Sendable, Codable {
    /// In the vocabulary.
    public var id: Int
    /// Its text, with U+FFFD for bytes that are no whole characters; left out without a tokenizer.
    public var text: String?
    /// Its bytes, where `text` is not the whole truth.
    public var bytes: [UInt8]?
    /// Its place in the text, from 0.
    public var position: Int?
    /// The natural logarithm of its probability.
    public var logProbability: Double?
    /// The same with nothing switched off.
    public var intactLogProbability: Double?
    /// 1 for the likeliest.
    public var rank: Int?
    /// What a neuron's activation of 1 adds to its logit.
    public var logit: Float?
    /// The likeliest tokens of its place.
    public var likeliest: [Token]?

    enum CodingKeys: String, CodingKey {
      case id, text, bytes, position, rank, logit, likeliest
      case logProbability = "log_probability"
      case intactLogProbability = "intact_log_probability"
    }
  }

  /// What may come after the text.
  public struct Next: Equatable, Sendable, Codable {
    /// With their log_probability; if something is switched off, with intact_log_probability, too.
    public var likeliest: [Token]
    /// The token that was asked for, likewise and with its rank.
    public var target: Token?
    /// If something is switched off: the likeliest tokens without that, with both probabilities.
    public var intactLikeliest: [Token]?
    /// If something is switched off: how many tokens' logits are not the same bits as without that. 0: it had no effect at
    /// all.
    public var changedTokens: Int?

    enum CodingKeys: String, CodingKey {
      case likeliest, target
      case intactLikeliest = "intact_likeliest"
      case changedTokens = "changed_tokens"
    }
  }

  /// What the model would say after a position.
  public struct Lens: Equatable, Sendable, Codable {
    /// In the text, from 0.
    public var position: Int
    /// The token that is looked for; left out after the last position, unless one was named.
    public var target: Token?
    /// Behind 0 to L blocks; the last is what the model does say.
    public var layers: [Layer]

    /// What the model would say behind so many blocks.
    public struct Layer: Equatable, Sendable, Codable {
      /// How many blocks the state is behind: 0 for the embedding, to L.
      public var blocks: Int
      /// The likeliest tokens there.
      public var likeliest: [Token]
      /// The target's.
      public var logProbability: Double?
      /// The target's; 1 for the likeliest.
      public var rank: Int?

      enum CodingKeys: String, CodingKey {
        case blocks, likeliest, rank
        case logProbability = "log_probability"
      }
    }
  }

  /// Where a head looks: row t has the t + 1 weights of the token at t on those up to itself, which add up to 1.
  public struct Attention: Equatable, Sendable, Codable {
    /// The layer, from 0.
    public var layer: Int
    /// The head, from 0.
    public var head: Int
    /// A row for each token.
    public var weights: [[Float]]
  }

  /// Neurons of a layer at a position.
  public struct Neurons: Equatable, Sendable, Codable {
    /// The layer, from 0.
    public var layer: Int
    /// In the text, from 0.
    public var position: Int
    /// How many are exactly 0: switched off they change nothing.
    public var inactive: Int
    /// Of all, if asked for.
    public var activations: [Float]?
    /// The most active, or those that were named.
    public var neurons: [Neuron]

    /// A neuron, and what it does.
    public struct Neuron: Equatable, Sendable, Codable {
      /// Which of the layer's, from 0.
      public var neuron: Int
      /// Its value behind the activation.
      public var activation: Float
      /// The tokens that it pushes up the most, with their logit.
      public var promotes: [Token]?
      /// And down.
      public var suppresses: [Token]?
    }
  }

  /// The residual stream of a position.
  public struct State: Equatable, Sendable, Codable {
    /// How many blocks the state is behind: 0 for the embedding, to L.
    public var blocks: Int
    /// In the text, from 0.
    public var position: Int
    /// Whether it is through the last layer norm.
    public var normalised: Bool
    /// (C)
    public var values: [Float]
  }

  /// A vector for the whole text.
  public struct Embedding: Equatable, Sendable, Codable {
    /// How tokens' states were put together.
    public var pooling: Pooling
    /// (C)
    public var values: [Float]
  }

  /// On one line, the members of objects in the order of their names.
  public func json() throws -> String { try JSONCoding.line(self) }
}
