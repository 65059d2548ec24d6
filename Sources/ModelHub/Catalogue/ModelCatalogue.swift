import GPT2TextFormatting

/// The models that are known by name: OpenAI's four and Hugging Face's smaller one. A new one is one entry here.
///
/// Revisions, sizes and SHA-256 are those that public projects pin or publish for these files; what no source was found
/// for is not stated.
package enum ModelCatalogue {
  package static let models: [CatalogueModel] = [
    CatalogueModel(
      name: "gpt2", aliases: ["gpt2-small", "gpt2-124M", "124M"], parameters: "124M",
      repository: "openai-community/gpt2", revision: "607a30d783dfa663caf39e06633721c8d4cfcd7e",
      files: files(
        configuration: (.exact(665), "0daed7749b4f02b8f76240d5444551d7b08712dab4d0adb8239c56ba823bb7b4"),
        generation: "ed0b32ac72c0f5f44a719abb2d7786ea5146c871f83717b7f2018065954de02b",
        weights: (
          .exact(548_105_171), "248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707"
        ))),
    CatalogueModel(
      name: "gpt2-medium", aliases: ["gpt2-355M", "355M"], parameters: "355M",
      repository: "openai-community/gpt2-medium", revision: "6dcaa7a952f72f9298047fd5137cd6e4f05f41da",
      files: files(
        configuration: (.exact(718), "ef1a44d889ad1a0acc7731c78134f1b87d2d222f110e97dd10fd4117331caf22"),
        generation: "b90eadacf585a743a30ea51e8b5c88b8d282a2a34dc0c7e556d0987cdbd68805",
        weights: (
          .exact(1_519_984_962), "fc5a354a19255ad494f3d71549390baca1ccf61d1d822b9408971705c687c9cd"
        ))),
    CatalogueModel(
      name: "gpt2-large", aliases: ["gpt2-774M", "774M"], parameters: "774M",
      repository: "openai-community/gpt2-large", revision: "32b71b12589c2f8d625668d2335a01cac3249519",
      files: files(
        configuration: (.exact(666), "7fccdcfd6622055342a734c663ee0b61ff4fd697f42467595df0bf4448c8c170"),
        generation: nil,
        weights: (
          .about(3_247_115_264), "5f47f3e12f91cd33b662ce7e433b6150ad5512b5884a2cee961b50e9c3bbebce"
        ))),
    CatalogueModel(
      name: "gpt2-xl", aliases: ["gpt2-1558M", "1558M", "1.5B"], parameters: "1558M",
      repository: "openai-community/gpt2-xl", revision: "15ea56dee5df4983c59b2538573817e1667135e2",
      files: files(
        configuration: (.exact(689), "be48115d52314bc27327e160bf10197760db02ea689d10adb24db4102edf7a8a"),
        generation: "b90eadacf585a743a30ea51e8b5c88b8d282a2a34dc0c7e556d0987cdbd68805",
        weights: (
          .about(6_431_771_392), "0f8b28eb05a8075f48b61b6f35332978c74fc7763fa9fb4051a1c30511736a6a"
        ))),
    CatalogueModel(
      name: "distilgpt2", aliases: ["82M"], parameters: "82M", repository: "distilbert/distilgpt2",
      revision: "2290a62682d06624634c1f46a6ad5be0f47f38aa",
      files: files(
        configuration: (.exact(762), "4ec5947c1d59fee6212cdf3b0ec1a53eac02092554c5ff0a733488cbd2c64f3a"),
        generation: "b90eadacf585a743a30ea51e8b5c88b8d282a2a34dc0c7e556d0987cdbd68805",
        weights: (
          .exact(352_824_413), "e1ff18884359fe8beb795a5f414feb85a6ce3d929ad019c0d958c039d2b94a1b"
        ))),
  ]

  /// A folder of Hugging Face's; the tokenizer is the same in all, to the byte.
  private static func files(
    configuration: (RemoteFile.Size, String), generation: String?, weights: (RemoteFile.Size, String)
  ) -> [RemoteFile] {
    [RemoteFile("config.json", configuration.0, sha256: configuration.1)]
      + (generation.map { [RemoteFile("generation_config.json", .exact(124), sha256: $0)] } ?? [])
      + [
        RemoteFile(
          "merges.txt", .exact(456_318),
          sha256: "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5"),
        RemoteFile(
          "tokenizer.json", .exact(1_355_256),
          sha256: "8414cab924d8b9b33013f0d221c5862f365ee9be39c5c2bfae8a5a9e970478a6"),
        RemoteFile(
          "tokenizer_config.json", .exact(26),
          sha256: "5e04eb606e3a1583530a42e36c2a6b6615c86f34fe77e44d9ddeb43ff940931f"),
        RemoteFile(
          "vocab.json", .exact(1_042_301),
          sha256: "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783"),
        RemoteFile("model.safetensors", weights.0, sha256: weights.1),
      ]
  }

  /// The model of a name, an alias or a repository; large and small letters are the same.
  package static func model(named name: String) -> CatalogueModel? {
    models.first { $0.names.contains { $0.lowercased() == name.lowercased() } }
  }

  /// The models' names that one may have meant, the nearest first; all if none is near.
  package static func names(near name: String) -> [String] {
    let distances = models.map { model in
      (model.name, model.names.map { EditDistance.between($0.lowercased(), name.lowercased()) }.min() ?? 0)
    }
    let greatest = max(2, name.count / 3)
    let near = distances.filter { $0.1 <= greatest }.sorted { $0.1 < $1.1 }
    return near.isEmpty ? models.map(\.name) : near.map(\.0)
  }
}
