import GPT2BinaryFiles

extension InspectionRequest {
  /// Reads a request. A member that there is not is an error: what is misspelt would be missed without a word.
  ///
  /// - Throws: `InspectionError.unreadable`.
  public init(json: some Sequence<UInt8>) throws(InspectionError) {
    do {
      let bytes = Array(json)
      _ = try bytes.withUnsafeBytes { try JSONParser.parse($0, path: "the request") }
      self = try JSONCoding.value(InspectionRequest.self, from: bytes)
    } catch let error as InspectionError {
      throw error
    } catch let error as FileError {
      throw InspectionError(error)
    } catch let error as DecodingError {
      throw InspectionError(error)
    } catch {
      throw .unreadable(path: "", found: "\(error)", expected: "a request in JSON")
    }
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case text, tokens, ablation, scores, next, lens, attention, neurons, states, embedding
    case parseSpecialTokens = "parse_special_tokens"
  }

  public init(from decoder: any Decoder) throws {
    let object = try decoder.object(CodingKeys.self)
    text = try object.decodeIfPresent(String.self, forKey: .text)
    tokens = try object.decodeIfPresent([Int].self, forKey: .tokens)
    parseSpecialTokens = try object.decodeIfPresent(Bool.self, forKey: .parseSpecialTokens)
    ablation = try object.decodeIfPresent(Ablation.self, forKey: .ablation)
    scores = try object.decodeIfPresent(Scores.self, forKey: .scores)
    next = try object.decodeIfPresent(Next.self, forKey: .next)
    lens = try object.decodeIfPresent(Lens.self, forKey: .lens)
    attention = try object.decodeIfPresent([Attention].self, forKey: .attention) ?? []
    neurons = try object.decodeIfPresent([Neurons].self, forKey: .neurons) ?? []
    states = try object.decodeIfPresent([States].self, forKey: .states) ?? []
    embedding = try object.decodeIfPresent(Pooling.self, forKey: .embedding)
  }
}

extension InspectionRequest.Scores {
  enum CodingKeys: String, CodingKey, CaseIterable { case top }

  public init(from decoder: any Decoder) throws {
    let object = try decoder.object(CodingKeys.self)
    self.init()
    top = try object.decodeIfPresent(Int.self, forKey: .top) ?? top
  }
}

extension InspectionRequest.Next {
  enum CodingKeys: String, CodingKey, CaseIterable { case top, token }

  public init(from decoder: any Decoder) throws {
    let object = try decoder.object(CodingKeys.self)
    self.init(token: try object.decodeIfPresent(Int.self, forKey: .token))
    top = try object.decodeIfPresent(Int.self, forKey: .top) ?? top
  }
}

extension InspectionRequest.Lens {
  enum CodingKeys: String, CodingKey, CaseIterable { case positions, top, token }

  public init(from decoder: any Decoder) throws {
    let object = try decoder.object(CodingKeys.self)
    self.init(
      positions: try object.decodeIfPresent([Int].self, forKey: .positions),
      token: try object.decodeIfPresent(Int.self, forKey: .token))
    top = try object.decodeIfPresent(Int.self, forKey: .top) ?? top
  }
}

extension InspectionRequest.Attention {
  enum CodingKeys: String, CodingKey, CaseIterable { case layer, heads }

  public init(from decoder: any Decoder) throws {
    let object = try decoder.object(CodingKeys.self)
    self.init(
      layer: try object.decode(Int.self, forKey: .layer),
      heads: try object.decodeIfPresent([Int].self, forKey: .heads))
  }
}

extension InspectionRequest.Neurons {
  enum CodingKeys: String, CodingKey, CaseIterable { case layer, position, top, neurons, tokens, activations }

  public init(from decoder: any Decoder) throws {
    let object = try decoder.object(CodingKeys.self)
    self.init(
      layer: try object.decode(Int.self, forKey: .layer),
      position: try object.decodeIfPresent(Int.self, forKey: .position),
      neurons: try object.decodeIfPresent([Int].self, forKey: .neurons))
    top = try object.decodeIfPresent(Int.self, forKey: .top) ?? top
    tokens = try object.decodeIfPresent(Int.self, forKey: .tokens) ?? tokens
    activations = try object.decodeIfPresent(Bool.self, forKey: .activations) ?? activations
  }
}

extension InspectionRequest.States {
  enum CodingKeys: String, CodingKey, CaseIterable { case blocks, positions, normalised }

  public init(from decoder: any Decoder) throws {
    let object = try decoder.object(CodingKeys.self)
    self.init(
      blocks: try object.decode(Int.self, forKey: .blocks),
      positions: try object.decodeIfPresent([Int].self, forKey: .positions))
    normalised = try object.decodeIfPresent(Bool.self, forKey: .normalised) ?? normalised
  }
}
