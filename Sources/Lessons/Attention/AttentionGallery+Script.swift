import GPT2Charts

// What the page's script, attention.js, computes with.
extension AttentionLesson {
  /// Runs only if its bytes have this SHA-256: `openssl dgst -sha256 -binary attention.js | base64` makes it anew.
  static var script: Page.Script {
    Page.Script(
      String(decoding: PackageResources.attention_js, as: UTF8.self),
      sha256: "O63FOcZPx0JukbHHDTtqdmmB8kLNhJzOGPdzE6Lpl1k=")
  }

  private struct Values: Encodable {
    /// Of each token.
    var characters: String
    var channels: Int
    var headSize: Int
    /// Shown first.
    var text: String
    /// The matrices as little-endian doubles in base 64, in the order of `HeadTensor`.
    var before: String
    var after: String
  }

  var scriptValues: String {
    func encoded(_ parameters: HeadParameters) -> String {
      Base64.text(
        of: parameters.values.flatMap { value in
          withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
        })
    }
    return Gallery.json(
      Values(
        characters: String(settings.task.characters), channels: settings.channels,
        headSize: settings.headSize, text: results.shown.text, before: encoded(start), after: encoded(end)))
  }
}
