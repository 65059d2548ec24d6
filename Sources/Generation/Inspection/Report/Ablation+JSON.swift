/// As `{"neurons": [{"layer": 3, "neuron": 17}], "heads": [{"layer": 2, "head": 1}]}`, of which either may be left out.
extension Ablation: Codable {
  enum CodingKeys: String, CodingKey, CaseIterable { case neurons, heads }

  public init(from decoder: any Decoder) throws {
    let object = try decoder.object(CodingKeys.self)
    self.init(
      neurons: try object.decodeIfPresent([Neuron].self, forKey: .neurons) ?? [],
      heads: try object.decodeIfPresent([Head].self, forKey: .heads) ?? [])
  }

  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: CodingKeys.self)
    try object.encode(neurons, forKey: .neurons)
    try object.encode(heads, forKey: .heads)
  }
}

extension Ablation.Neuron {
  enum CodingKeys: String, CodingKey, CaseIterable { case layer, neuron }

  public init(from decoder: any Decoder) throws {
    let object = try decoder.object(CodingKeys.self)
    self.init(
      layer: try object.decode(Int.self, forKey: .layer), neuron: try object.decode(Int.self, forKey: .neuron)
    )
  }
}

extension Ablation.Head {
  enum CodingKeys: String, CodingKey, CaseIterable { case layer, head }

  public init(from decoder: any Decoder) throws {
    let object = try decoder.object(CodingKeys.self)
    self.init(
      layer: try object.decode(Int.self, forKey: .layer), head: try object.decode(Int.self, forKey: .head))
  }
}
